package main

import (
	"context"
	"fmt"
	"os"
)

func Example() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// +12125550100 active - The patient agreed (document signed in the office).
	// +12125550100 stopped - The patient said stop (text).
}
