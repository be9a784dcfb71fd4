package awskms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	smithy "github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/internal/remote"
)

var (
	errNoAnswer = unavailable("the answer is not one of KMS")
	errOtherKey = unavailable("KMS answered for another key")
)

func unavailable(why string) error { return fmt.Errorf("%w: awskms: %s", crypto.ErrUnavailable, why) }

// codes are what KMS answers, and what that means: the errors of Encrypt, Decrypt and ReEncrypt in the API reference,
// and those common to all services.
var codes = map[string]error{
	"InvalidCiphertextException": crypto.ErrAuth,
	"IncorrectKeyException":      crypto.ErrAuth,

	"NotFoundException": crypto.ErrUnknownKey,

	"AccessDeniedException":       crypto.ErrDenied,
	"DisabledException":           crypto.ErrDenied,
	"ExpiredTokenException":       crypto.ErrDenied,
	"IncompleteSignature":         crypto.ErrDenied,
	"InvalidClientTokenId":        crypto.ErrDenied,
	"InvalidGrantTokenException":  crypto.ErrDenied,
	"InvalidSignatureException":   crypto.ErrDenied,
	"KMSInvalidStateException":    crypto.ErrDenied, // disabled, or waiting for its deletion
	"MissingAuthenticationToken":  crypto.ErrDenied,
	"NotAuthorized":               crypto.ErrDenied,
	"OptInRequired":               crypto.ErrDenied,
	"UnrecognizedClientException": crypto.ErrDenied,

	"InvalidArnException":      crypto.ErrInvalid,
	"InvalidKeyUsageException": crypto.ErrInvalid,
	"ValidationError":          crypto.ErrInvalid,
	"ValidationException":      crypto.ErrInvalid,
}

// failure is the error of a call that KMS did not answer as was hoped. Of what KMS says only codes that are known are
// passed on, and of other causes what the standard library says of connections and certificates.
func failure(ctx context.Context, err error) error {
	if ended := remote.Ended(ctx, "awskms"); ended != nil {
		return ended
	}
	// First, for whoever gives out credentials may be asked over the network too and answer with the same codes.
	var own credentialsError
	if errors.As(err, &own) {
		return fmt.Errorf("%w: awskms: no credentials: %w", crypto.ErrUnavailable, own.error)
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		if means, ok := codes[api.ErrorCode()]; ok {
			return fmt.Errorf("%w: awskms: KMS answers %s", means, api.ErrorCode())
		}
	}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.Response != nil {
		switch status := response.HTTPStatusCode(); {
		case status == http.StatusUnauthorized || status == http.StatusForbidden:
			return fmt.Errorf("%w: awskms: KMS answers HTTP %d", crypto.ErrDenied, status)
		case status != http.StatusOK && status != 0: // which stands for no answer at all
			return fmt.Errorf("%w: awskms: KMS answers HTTP %d", crypto.ErrUnavailable, status)
		}
	}
	if errors.Is(err, errClear) {
		return fmt.Errorf("%w: %w", crypto.ErrInvalid, errClear)
	}
	return cmp.Or(remote.Broken("awskms", err), errNoAnswer)
}
