package registration

// Heard returns what a provider's own status of a registration means. It reports false for one that is not known here: a
// person looks at it.
func Heard(provider string, kind SubjectKind, status string) (Kind, bool) {
	for _, h := range statuses() {
		if h.provider == provider && h.kind == kind && h.status == status {
			return h.means, true
		}
	}
	return "", false
}

type status struct {
	provider string
	kind     SubjectKind
	status   string
	means    Kind
}

// statuses are those of Twilio's resources BrandRegistrations (status), Usa2p (campaign_status) and Tollfree/Verifications
// (status), and of Telnyx's brands (identityStatus), campaigns (campaignStatus) and verification requests.
func statuses() []status {
	return []status{
		{"twilio", BrandKind, "PENDING", InReview},
		{"twilio", BrandKind, "IN_REVIEW", InReview},
		{"twilio", BrandKind, "APPROVED", Approved},
		{"twilio", BrandKind, "FAILED", Rejected},
		{"twilio", BrandKind, "SUSPENDED", Suspended},
		{"twilio", BrandKind, "DELETED", Expired},
		{"twilio", CampaignKind, "PENDING", InReview},
		{"twilio", CampaignKind, "IN_PROGRESS", InReview},
		{"twilio", CampaignKind, "VERIFIED", Approved},
		{"twilio", CampaignKind, "FAILED", Rejected},
		{"twilio", CampaignKind, "SUSPENDED", Suspended},
		{"twilio", TollFreeKind, "PENDING_REVIEW", InReview},
		{"twilio", TollFreeKind, "IN_REVIEW", InReview},
		{"twilio", TollFreeKind, "TWILIO_APPROVED", Approved},
		{"twilio", TollFreeKind, "TWILIO_REJECTED", Rejected},
		{"telnyx", BrandKind, "SELF_DECLARED", Approved}, // of a sole proprietor, who is verified no further
		{"telnyx", BrandKind, "UNVERIFIED", Rejected},
		{"telnyx", BrandKind, "VERIFIED", Approved},
		{"telnyx", BrandKind, "VETTED_VERIFIED", Approved},
		{"telnyx", CampaignKind, "TCR_PENDING", InReview},
		{"telnyx", CampaignKind, "TCR_ACCEPTED", InReview},
		{"telnyx", CampaignKind, "TCR_FAILED", Rejected},
		{"telnyx", CampaignKind, "TCR_SUSPENDED", Suspended},
		{"telnyx", CampaignKind, "TCR_EXPIRED", Expired},
		{"telnyx", CampaignKind, "TELNYX_ACCEPTED", InReview},
		{"telnyx", CampaignKind, "TELNYX_FAILED", Rejected},
		{"telnyx", CampaignKind, "MNO_PENDING", InReview},
		{"telnyx", CampaignKind, "MNO_ACCEPTED", InReview},
		{"telnyx", CampaignKind, "MNO_REJECTED", Rejected},
		{"telnyx", CampaignKind, "MNO_PROVISIONED", Approved},
		{"telnyx", CampaignKind, "MNO_PROVISIONING_FAILED", Rejected},
		{"telnyx", TollFreeKind, "Waiting For Vendor", InReview},
		{"telnyx", TollFreeKind, "Waiting For Customer", InReview},
		{"telnyx", TollFreeKind, "Waiting For Telnyx", InReview},
		{"telnyx", TollFreeKind, "In Progress", InReview},
		{"telnyx", TollFreeKind, "Verified", Approved},
		{"telnyx", TollFreeKind, "Rejected", Rejected},
	}
}
