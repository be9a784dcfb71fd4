package registration

import "strings"

// region is a State, a province or a territory. Some providers take its letters and others its name.
type region struct{ letters, name string }

func states() []region {
	return regions("AL Alabama AK Alaska AZ Arizona AR Arkansas CA California CO Colorado CT Connecticut DE Delaware " +
		"DC District_of_Columbia FL Florida GA Georgia HI Hawaii ID Idaho IL Illinois IN Indiana IA Iowa KS Kansas KY Kentucky " +
		"LA Louisiana ME Maine MD Maryland MA Massachusetts MI Michigan MN Minnesota MS Mississippi MO Missouri MT Montana " +
		"NE Nebraska NV Nevada NH New_Hampshire NJ New_Jersey NM New_Mexico NY New_York NC North_Carolina ND North_Dakota " +
		"OH Ohio OK Oklahoma OR Oregon PA Pennsylvania RI Rhode_Island SC South_Carolina SD South_Dakota TN Tennessee " +
		"TX Texas UT Utah VT Vermont VA Virginia WA Washington WV West_Virginia WI Wisconsin WY Wyoming " +
		"AS American_Samoa GU Guam MP Northern_Mariana_Islands PR Puerto_Rico VI U.S._Virgin_Islands")
}

func provinces() []region {
	return regions("AB Alberta BC British_Columbia MB Manitoba NB New_Brunswick NL Newfoundland_and_Labrador NS Nova_Scotia " +
		"NT Northwest_Territories NU Nunavut ON Ontario PE Prince_Edward_Island QC Quebec SK Saskatchewan YT Yukon")
}

func regions(pairs string) []region {
	fields := strings.Fields(pairs)
	var all []region
	for i := 0; i < len(fields); i += 2 {
		all = append(all, region{fields[i], strings.ReplaceAll(fields[i+1], "_", " ")})
	}
	return all
}

func letters(of []region) []string {
	var all []string
	for _, r := range of {
		all = append(all, r.letters)
	}
	return all
}

// named returns the name of a State or province; the letters themselves where they are none's.
func named(a Address) string {
	of := states()
	if a.Country == "CA" {
		of = provinces()
	}
	for _, r := range of {
		if r.letters == a.State {
			return r.name
		}
	}
	return a.State
}
