package telnyx_test

const apiKey = "KEYplanted7731"
