package segment

// The alphabet of GSM 03.38 (3GPP TS 23.038, 6.2.1), but for its escape, which is no character.
const (
	basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extension = "\f^{}\\[~]|€" // behind the escape
)

// low is how many septets each character below U+0100 takes.
var low = func() (table [0x100]uint8) {
	for n, alphabet := range []string{basic, extension} {
		for _, r := range alphabet {
			if r < 0x100 {
				table[r] = uint8(n + 1)
			}
		}
	}
	return table
}()

// septetsOf returns how many septets r takes, and 0 if it is not in GSM-7.
func septetsOf(r rune) int {
	if r < 0x100 {
		return int(low[r])
	}
	switch r {
	case 'Δ', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ':
		return 1
	case '€':
		return 2
	}
	return 0
}
