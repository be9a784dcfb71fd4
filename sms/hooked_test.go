package sms_test

import (
	"context"
	"errors"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// hooked lets something happen at every point at which a dispatcher can be overtaken: before and after it reads
// consent, when its request begins, when it looks a text up, and when it settles.
type hooked struct {
	*consent.Service
	sms.Queue
	sms.Provider
	hook func(point string) error
}

func (h *hooked) Permission(ctx context.Context, k consent.Key, u consent.Use) (consent.Permission, error) {
	if err := h.hook("before the check"); err != nil {
		return consent.Permission{}, err
	}
	p, err := h.Service.Permission(ctx, k, u)
	return p, errors.Join(err, h.hook("after the check"))
}

func (h *hooked) Permissions(ctx context.Context, checks []consent.Check) ([]consent.Permission, error) {
	if err := h.hook("before the check"); err != nil {
		return nil, err
	}
	p, err := h.Service.Permissions(ctx, checks)
	return p, errors.Join(err, h.hook("after the check"))
}

// Doubt is the queue's; the service's own is no part of a gate.
func (h *hooked) Doubt(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	return h.Queue.Doubt(ctx, c)
}

func (h *hooked) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	accepted, err := h.Provider.Send(ctx, m) // records that the request began
	if err != nil {
		return accepted, err
	}
	return accepted, h.hook("during the request")
}

func (h *hooked) Find(ctx context.Context, m sms.Message) (sms.Receipt, bool, error) {
	r, found, err := h.Provider.(sms.Finder).Find(ctx, m)
	return r, found, errors.Join(err, h.hook("during the look-up"))
}

func (h *hooked) Settle(ctx context.Context, s ...sms.Settlement) ([]bool, error) {
	if err := h.hook("before the settlement"); err != nil {
		return nil, err // the process is gone: nothing is settled
	}
	return h.Queue.Settle(ctx, s...)
}

var errCrash = errors.New("the process is gone")
