package cookie

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"
)

// english is the language of those whose own there are no texts for.
const english = "en"

// Texts is all that a visitor reads, in one language. None may be empty.
type Texts struct {
	Title      string // of the notice
	Intro      string // what cookies are used for, and that a no costs nothing
	Necessary  string // that session and security cookies are always on
	Analytics  string // what analytics cookies are for
	Preference string // what preference cookies are for
	Follow     string // that nobody is followed to other websites
	Accept     string // the button that allows all
	Decline    string // the button that allows nothing
	Save       string // the button that allows what is ticked
	Withdraw   string // the button that takes everything back
	Link       string // leads to the page where a choice is changed or withdrawn
	Signal     string // that the browser's own signal is honoured
	Allowed    string // before the list of what is allowed
	Nothing    string // that nothing is allowed beyond the necessary
	Changed    string // that the notice has changed since it was shown
	Details    string // above the list of cookies
	Name       string // of a cookie
	Purpose    string // of a cookie
	Days       string // how many days a cookie is kept
	Closed     string // that a cookie is kept until the browser is closed
}

func (t Texts) valid() error {
	v := reflect.ValueOf(t)
	for i := range v.NumField() {
		if strings.TrimSpace(v.Field(i).String()) == "" {
			return fmt.Errorf("%s is empty", v.Type().Field(i).Name)
		}
	}
	return nil
}

// of returns what a category is for.
func (t Texts) of(c Category) string {
	switch c {
	case Analytics:
		return t.Analytics
	case Preference:
		return t.Preference
	}
	return t.Necessary
}

// life says how long a cookie is kept.
func (t Texts) life(c Cookie) string {
	if c.Lasts == 0 {
		return t.Closed
	}
	const day = 24 * time.Hour
	return fmt.Sprint(int64((c.Lasts + day - 1) / day))
}

// accepted returns the first language of a request's Accept-Language that there are texts for: browsers send them in the
// order of preference.
func (s *Site) accepted(r *http.Request) string {
	for _, line := range r.Header["Accept-Language"] {
		for part := range strings.SplitSeq(line, ",") {
			tag, _, _ := strings.Cut(part, ";")
			tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
			if _, ok := s.texts[tag]; ok {
				return tag
			}
		}
	}
	return english
}

// Translations returns the texts in English, Spanish and French.
func Translations() map[string]Texts {
	return map[string]Texts{
		"en": {
			Title:      "Cookies on this site",
			Intro:      "You decide which cookies this site may use beyond those it cannot work without. Everything works the same if you decline.",
			Necessary:  "Necessary cookies keep you signed in and the site safe. They are always on.",
			Analytics:  "Analytics cookies tell us how the site is used, so that we can improve it.",
			Preference: "Preference cookies remember your settings.",
			Follow:     "We do not follow you to other websites.",
			Accept:     "Allow all",
			Decline:    "Decline all",
			Save:       "Allow what I ticked",
			Withdraw:   "Withdraw my permission",
			Link:       "Change or withdraw your cookie choice",
			Signal:     "Your browser asks not to be tracked. We honour that: this site uses necessary cookies only, and you need not do anything.",
			Allowed:    "You have allowed:",
			Nothing:    "You have allowed no cookies beyond the necessary ones.",
			Changed:    "This notice has changed since it was shown to you. Please choose again.",
			Details:    "All cookies of this site",
			Name:       "Name",
			Purpose:    "What it is for",
			Days:       "Days it is kept",
			Closed:     "until you close the browser",
		},
		"es": {
			Title:      "Cookies en este sitio",
			Intro:      "Usted decide qué cookies puede usar este sitio además de las que necesita para funcionar. Si las rechaza, todo funciona igual.",
			Necessary:  "Las cookies necesarias mantienen su sesión y protegen el sitio. Siempre están activas.",
			Analytics:  "Las cookies de análisis nos dicen cómo se usa el sitio, para poder mejorarlo.",
			Preference: "Las cookies de preferencias recuerdan su configuración.",
			Follow:     "No le seguimos a otros sitios web.",
			Accept:     "Permitir todas",
			Decline:    "Rechazar todas",
			Save:       "Permitir las marcadas",
			Withdraw:   "Retirar mi permiso",
			Link:       "Cambiar o retirar su elección de cookies",
			Signal:     "Su navegador pide que no se le rastree. Lo respetamos: este sitio usa solo las cookies necesarias y usted no tiene que hacer nada.",
			Allowed:    "Usted ha permitido:",
			Nothing:    "Usted no ha permitido ninguna cookie además de las necesarias.",
			Changed:    "Este aviso ha cambiado desde que se le mostró. Elija de nuevo, por favor.",
			Details:    "Todas las cookies de este sitio",
			Name:       "Nombre",
			Purpose:    "Para qué sirve",
			Days:       "Días que se conserva",
			Closed:     "hasta que cierre el navegador",
		},
		"fr": {
			Title:      "Les cookies de ce site",
			Intro:      "Vous décidez quels cookies ce site peut utiliser en plus de ceux dont il a besoin pour fonctionner. Si vous refusez, tout fonctionne de la même façon.",
			Necessary:  "Les cookies nécessaires maintiennent votre session et protègent le site. Ils sont toujours actifs.",
			Analytics:  "Les cookies de mesure nous disent comment le site est utilisé, afin de l'améliorer.",
			Preference: "Les cookies de préférences retiennent vos réglages.",
			Follow:     "Nous ne vous suivons pas sur d'autres sites.",
			Accept:     "Tout autoriser",
			Decline:    "Tout refuser",
			Save:       "Autoriser ce que j'ai coché",
			Withdraw:   "Retirer mon autorisation",
			Link:       "Modifier ou retirer votre choix de cookies",
			Signal:     "Votre navigateur demande que vous ne soyez pas suivi. Nous le respectons : ce site n'utilise que les cookies nécessaires, et vous n'avez rien à faire.",
			Allowed:    "Vous avez autorisé :",
			Nothing:    "Vous n'avez autorisé aucun cookie en plus des nécessaires.",
			Changed:    "Cet avis a changé depuis qu'il vous a été montré. Veuillez choisir à nouveau.",
			Details:    "Tous les cookies de ce site",
			Name:       "Nom",
			Purpose:    "À quoi il sert",
			Days:       "Jours de conservation",
			Closed:     "jusqu'à la fermeture du navigateur",
		},
	}
}
