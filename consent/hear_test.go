package consent_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/keyword"
)

func TestPromise_D4_1_OnlyThePatientsOwnWordsNarrowAStop(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		narrow := func(words string) consent.Revocation {
			r := stop()
			r.Category, r.Evidence.Words = consent.Promotional, words
			return r
		}
		t.Run("keeps", func(t *testing.T) {
			b := promoted(t, open(t))
			must(t)(b.Revoke(t.Context(), patient, narrow("please, no more ads")))
			require.Equal(t, consent.Stopped, b.status(t, consent.Promotional))
			require.Equal(t, consent.Active, b.status(t, consent.Transactional))
		})
		for name, words := range map[string]string{"no_words": " \n", "a_plain_stop": "Stop!", "the_FCCs_words": "opt out", "a_sentence": "please don't text me any more", "a_stranger": "wrong number"} {
			t.Run("refuses_to_narrow_on_"+name, func(t *testing.T) {
				b := promoted(t, open(t))
				must(t)(b.Revoke(t.Context(), staff, narrow(words)))
				for _, c := range consent.Categories() {
					require.Equal(t, consent.Stopped, b.status(t, c), "everything is stopped instead")
				}
			})
		}
		t.Run("without_rule", func(t *testing.T) {
			b := promoted(t, open(t))
			must(t)(b.Revoke(t.Context(), staff, narrow("")))
			facts := slices.Clone(b.facts(t))
			facts[len(facts)-1].Category = consent.Promotional // as it was asked for
			u := consent.Use{Category: consent.Transactional}
			require.Equal(t, consent.Active, consent.Decide(key, facts, consent.Promised(), b.Clock.Now(), u).Status)
		})
	})
}

func TestPromise_D4_1_AnyWordsByAnyChannel(t *testing.T) {
	said := func(words string, by consent.Channel) consent.Said {
		return consent.Said{ID: "said-1", Practice: key.Practice, Number: key.Number, Channel: by, Evidence: consent.Evidence{Words: words}}
	}
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		for _, channel := range []consent.Channel{consent.ByText, consent.ByCall, consent.ByEmail, consent.ByDesk, consent.ByPortal, consent.ByMail} {
			t.Run("refuses_all_texts_after_"+string(channel), func(t *testing.T) {
				b := promoted(t, open(t))
				for range 2 {
					u, err := b.Hear(t.Context(), patient, said("Please do not text me any more.", channel))
					require.NoError(t, err)
					require.Equal(t, keyword.Stop, u.Asks)
					for _, c := range consent.Categories() {
						require.Equal(t, consent.Stopped, b.status(t, c))
					}
				}
				facts := b.facts(t)
				last := facts[len(facts)-1]
				require.Equal(t, channel, last.Channel)
				require.Equal(t, "Please do not text me any more.", last.Evidence.Words)
			})
		}
		for words, want := range map[string]struct {
			asks          keyword.Word
			transactional consent.Status
			promotional   consent.Status
			facts         int
		}{
			"stop the ads please":                         {keyword.Narrow, consent.Active, consent.Stopped, 1},
			"Wrong number, I am not Rosa":                 {keyword.Stranger, consent.Stopped, consent.Stopped, 2},
			"how do I stop these texts?":                  {keyword.Review, consent.Held, consent.Held, 1},
			"don't stop texting me, I like the reminders": {keyword.None, consent.Active, consent.Active, 0},
			"START": {keyword.Start, consent.Active, consent.Active, 0},
		} {
			t.Run(words, func(t *testing.T) {
				b := promoted(t, open(t))
				before := len(b.facts(t))
				for range 2 {
					u, err := b.Hear(t.Context(), patient, said(words, consent.ByText))
					require.NoError(t, err)
					require.Equal(t, want.asks, u.Asks)
					require.NotEmpty(t, u.Why)
					require.Equal(t, want.transactional, b.status(t, consent.Transactional))
					require.Equal(t, want.promotional, b.status(t, consent.Promotional))
					require.Len(t, b.facts(t), before+want.facts)
				}
			})
		}
		t.Run("refuses_to_lose_a_stop_over_its_bytes_or_its_length", func(t *testing.T) {
			for _, words := range []string{"Please stop texting me. caf\xe9 \x00", "Please stop texting me.\n" + strings.Repeat("> quoted é\n", 2000)} {
				b := promoted(t, open(t))
				_, err := b.Hear(t.Context(), patient, said(words, consent.ByEmail))
				require.NoError(t, err)
				require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
			}
		})
		t.Run("refuses_to_lose_a_stop_over_its_id", func(t *testing.T) {
			b := promoted(t, open(t))
			must(t)(b.Doubt(t.Context(), staff, doubt("said-1")))
			for range 2 {
				_, err := b.Hear(t.Context(), patient, said("stop texting me", consent.ByText))
				require.NoError(t, err)
				require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
			}
		})
		t.Run("what_cannot_be_recorded_is_an_error", func(t *testing.T) {
			b := open(t)
			for _, words := range []string{"STOP", "stop the ads", "wrong number", "how do I stop these texts?"} {
				_, err := b.Hear(t.Context(), patient, said(words, "pigeon"))
				require.ErrorIs(t, err, consent.ErrInvalid)
			}
			require.Empty(t, b.facts(t))
			require.Len(t, b.logged(t, key.Practice), 4, "each is refused once")
		})
		t.Run("without_rule", func(t *testing.T) {
			require.Equal(t, keyword.None, keyword.Classify("Please do not text me any more."), "whole words alone would not hear it")
		})
	})
}

// What says something of somebody's health is understood, and its words do not come into the ledger.
func TestWordsThatAreKeptElsewhereAreUnderstood(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		for words, want := range map[string]keyword.Word{
			"Stop texting me, my crown fell out": keyword.Stop, "no more ads, my crown fell out": keyword.Narrow,
			"wrong number, and my crown fell out": keyword.Stranger, "my crown fell out. Don't text me before 9": keyword.Review,
		} {
			b := open(t)
			for range 2 {
				u, err := b.Hear(t.Context(), patient, consent.Said{
					ID: "s-1", Practice: key.Practice, Number: key.Number, Channel: consent.ByText, Withhold: true,
					Evidence: consent.Evidence{Words: words, Message: "m-9"},
				})
				require.NoError(t, err)
				require.Equal(t, want, u.Asks, words)
			}
			facts := b.facts(t)
			require.NotEmpty(t, facts)
			for _, f := range facts {
				require.Equal(t, consent.Withheld, f.Evidence.Words)
			}
			if want == keyword.Stop {
				require.Empty(t, facts[0].Category, "all of it is stopped")
			}
			if want == keyword.Narrow {
				require.Equal(t, consent.Promotional, facts[0].Category)
			}
		}
	})
}

// Whatever the words ask for, it is of when they were said, and no stray byte in them holds it up.
func TestWhatIsHeardIsOfWhenItWasSaid(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		for words, kinds := range map[string][]consent.Kind{
			"stop texting me caf\xe9": {consent.Revoked}, "no more ads caf\xe9": {consent.Revoked},
			"wrong number caf\xe9": {consent.Revoked, consent.Lapsed}, "how do I stop these texts? caf\xe9 \x00": {consent.Doubted},
		} {
			b := open(t)
			b.Clock.Pass(3 * time.Hour)
			_, err := b.Hear(t.Context(), patient, consent.Said{
				Practice: key.Practice, Number: key.Number, Channel: consent.ByEmail, Evidence: consent.Evidence{Words: words}, At: noon,
			})
			require.NoError(t, err)
			facts := b.facts(t)
			require.Len(t, facts, len(kinds))
			for i, f := range facts {
				require.Equal(t, kinds[i], f.Kind)
				require.Equal(t, noon, f.At)
				if f.Kind == consent.Lapsed {
					require.Equal(t, consent.WrongNumber, f.Cause)
				} else {
					require.Equal(t, consent.ByEmail, f.Channel)
				}
			}
		}
	})
}

// Two strangers are two acts, whose words came without an id.
func TestWordsWithoutAnIdAreAnActEach(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		for _, number := range []string{key.Number, "+12125550101"} {
			_, err := b.Hear(t.Context(), patient, consent.Said{
				Practice: key.Practice, Number: number, Channel: consent.ByText, Evidence: consent.Evidence{Words: "wrong number"},
			})
			require.NoError(t, err)
		}
	})
}

// unwriting is a store that cannot write a practice's facts of a kind.
type unwriting struct {
	consent.Store
	practice string
	kind     consent.Kind
}

func (s unwriting) Apply(ctx context.Context, c consent.Change) (bool, error) {
	if c.Fact != nil && c.Fact.Practice == s.practice && c.Fact.Kind == s.kind {
		return false, errDisk
	}
	return s.Store.Apply(ctx, c)
}

func TestWhatCannotBeWrittenAtOneOfThePracticesIsTold(t *testing.T) {
	for words, kind := range map[string]consent.Kind{
		"STOP": consent.Revoked, "wrong number": consent.Lapsed, "how do I stop these texts?": consent.Doubted,
	} {
		for _, practice := range []string{key.Practice, "oak-street"} {
			b := onMemory(t)
			s := b.with(t, consent.Options{Shared: sharing{office: {key.Practice, "oak-street"}}}).WithStore(unwriting{b.store, practice, kind})
			_, err := s.Hear(t.Context(), patient, consent.Said{
				Practice: key.Practice, Number: key.Number, Channel: consent.ByText, Sender: office, Evidence: consent.Evidence{Words: words},
			})
			require.ErrorIs(t, err, errDisk, "%s at %s", words, practice)
		}
	}
}
