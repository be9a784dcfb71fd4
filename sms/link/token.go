package link

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/enamel-go/enamel/sms/screen"
)

// NewToken returns a token for [Link.Secret]: 26 random letters and digits, of 130 bits. About one draw in seven thousand
// reads as a word that no text may carry, such as a drug's; it is drawn again.
func NewToken() string {
	for {
		if word := rand.Text(); passes(word) {
			return word
		}
	}
}

// passes reports whether a text that carries a token in a link may leave.
func passes(token string) bool {
	return screen.Screen("https://texts.example/v/"+token, screen.Context{}) == nil
}

// formed reports whether a word has the form of a token, which package template lets into a link.
func formed(word string) bool {
	const signs = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return len(word) >= 22 && len(word) <= 64 && strings.Trim(word, signs) == ""
}

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
