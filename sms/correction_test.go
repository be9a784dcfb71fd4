package sms_test

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/shareddata"
	"github.com/enamel-go/enamel/sms"
)

func TestCorrections(t *testing.T) {
	for _, body := range []string{
		"You have the wrong name", "wrong DATE!!", "Incorrect address on file", "You have my birthday wrong", "you've got my name wrong",
		"my address is outdated", "Our last name was misspelled", "my e-mail has changed, my email has changed", "My new cell is 615-555-0177",
		"My correct date of birth is on the form", "my name is spelled Jon, not John", "my name is not Maria", "I've got a new number",
		"I changed my number", "Please update my address", "can you fix the spelling of my name", "This isn't my appointment",
		"it was not my appointment", "That’s not my appt", "not my appointment",
		"El nombre equivocado, por favor", "fecha incorrecta", "mi dirección está incorrecta", "Mi nueva dirección es...", "cambié de número",
		"tengo un nuevo número", "Por favor corrija mi nombre", "esa no es mi cita", "Esta cita no es mía",
		"mauvaise date", "mon nom est mal écrit", "l'adresse est incorrecte", "ma nouvelle adresse est ...", "J’ai changé de numéro",
		"Corrigez mon prénom svp", "ce n’est pas mon rendez-vous",
	} {
		require.True(t, sms.Corrects(body), body)
	}
	for _, body := range []string{
		"", "Can I change my appointment?", "change my appointment to Tuesday", "What's the right time?", "wrong number", "I have a new question",
		"is there a new number for the office", "Nothing is wrong", "Is my name on the list?", "I need a new dentist appointment", "it's not my day",
		"what date is it?", "Can you correct me if I am wrong", "¿Cuál es la hora?", "no es tarde", "Quelle heure est-il?", "pas de problème",
		"I will fix my schedule", "update my calendar please", "my mom's name is Rosa", "I'm not sure about my appointment",
	} {
		require.False(t, sms.Corrects(body), body)
	}
}

// Of real texts between people hardly one asks a practice to correct what it has.
func TestOrdinaryTextsAskForNoCorrection(t *testing.T) {
	file, err := os.Open(shareddata.Path(t, "sms/uci.jsonl"))
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	all, found := 0, 0
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var m struct{ Label, Text string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &m))
		if m.Label != "ham" {
			continue
		}
		all++
		if sms.Corrects(m.Text) {
			found++
			t.Log(m.Text)
		}
	}
	require.NoError(t, lines.Err())
	t.Logf("%d of %d", found, all)
	require.LessOrEqual(t, found*1000, all, "one in a thousand")
}

func FuzzCorrects(f *testing.F) {
	f.Add("mi nombre est\xff wrong date")
	f.Fuzz(func(_ *testing.T, body string) { sms.Corrects(body) })
}
