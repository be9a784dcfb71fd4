# Reads the lines of pairs out of what go test -bench prints, and writes a table in Markdown. The ratio is a median, in
# brackets follow the tenth and the ninetieth of a hundred rounds.
#
#	go test -run '^$' -bench '^BenchmarkPair' -benchtime 21x . 2>&1 | awk -f internal/pairs/table.awk
#
# What went wrong is written beside the table, and makes the exit code 1.

BEGIN {
	print "| what | beside | measure | goal | measured |"
	print "|---|---|---|---|---|"
}

/^BenchmarkPair/ {
	split("", value)
	n = 0
	for (i = 4; i < NF + 1; i += 2) {
		value[$i] = $(i - 1)
		if ($i ~ /-(time|rate)$/) unit[++n] = $i
	}
	what = $1
	sub(/^BenchmarkPair/, "", what)
	sub(/-[0-9]+$/, "", what)
	for (i = 1; i <= n; i++) {
		peer = unit[i]
		sense = peer
		sub(/-(time|rate)$/, "", peer)
		sub(/^.*-/, "", sense)
		goal = "none"
		if ((peer "-goal") in value) {
			limit = value[peer "-goal"] + 0
			met = sense == "time" ? value[unit[i]] <= limit : value[unit[i]] >= limit
			goal = (sense == "time" ? "at most " : "at least ") limit (met ? "" : ", **missed**")
		}
		printf "| %s | %s | %s | %s | %s (%s to %s) |\n", what, peer, sense, goal,
			short(value[unit[i]]), short(value[peer "-low"]), short(value[peer "-high"])
		fflush()
	}
}

/FAIL|panic:|_test.go:|^#|^go: / {
	print > "/dev/stderr"
	failed = 1
}

END { exit failed }

function short(x) { return x < 10 ? sprintf("%.2f", x) : sprintf("%.0f", x) }
