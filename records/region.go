package records

import "strings"

// Region returns the State or province of the address as ISO 3166-2 has it, such as US-FL or CA-ON, whose hours for texts
// hold for the patient. It reads the two letters and the name in English, and needs no country, for no State has a
// province's letters; a territory of the United States counts as a State. It is empty where the address says neither, and in
// any other country.
func (a Address) Region() string {
	country, known := countries[plain(a.Country)]
	region := regions[plain(a.State)]
	if !known || region == "" || country != "" && !strings.HasPrefix(region, country) {
		return ""
	}
	return region
}

// plain is how a name is looked up: in small letters, without dots and more blanks than one.
func plain(name string) string {
	return strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(name, ".", ""))), " ")
}

// countries are the ways to write the two that have States or provinces here, and to leave the country out.
var countries = map[string]string{
	"": "", "us": "US", "usa": "US", "united states": "US", "united states of america": "US", "ca": "CA", "can": "CA", "canada": "CA",
}

// regions are those of both countries, by their letters and by their names.
var regions = func() map[string]string {
	all := map[string]string{}
	for country, names := range map[string]string{
		"US": `AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia|
			FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|
			MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|
			NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|
			RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|
			WV West Virginia|WI Wisconsin|WY Wyoming|AS American Samoa|GU Guam|MP Northern Mariana Islands|PR Puerto Rico|VI Virgin Islands`,
		"CA": `AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia|
			NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon`,
	} {
		for _, one := range strings.Split(names, "|") {
			letters, name, _ := strings.Cut(strings.TrimSpace(one), " ")
			all[plain(letters)], all[plain(name)] = country+"-"+letters, country+"-"+letters
		}
	}
	all["québec"] = "CA-QC"
	return all
}()
