package nats_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/natsaccounts"
)

// The README's table matches the code. If they differ, the test prints the right one.
func TestREADMEHasTheTable(t *testing.T) {
	t.Parallel()
	var want strings.Builder
	want.WriteString("\n| account | user | for | may publish | may subscribe to |\n| --- | --- | --- | --- | --- |\n")
	for _, account := range natsaccounts.Accounts() {
		for _, user := range account.Users {
			fmt.Fprintf(&want, "| %s | %s | %s | %s | %s |\n",
				account.Name, user.Name, user.For, coded(user.Publish), coded(user.Subscribe))
		}
	}
	name := "NAME"
	one := natsaccounts.Subscriber(name)
	fmt.Fprintf(&want, "| %s | %s | %s | %s | %s |\n", natsaccounts.Readers, name, one.For, coded(one.Publish), coded(one.Subscribe))
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(text), "<!-- table -->")
	table, _, _ := strings.Cut(rest, "<!-- /table -->")
	require.Equal(t, want.String(), table, want.String())
}

func coded(subjects []string) string {
	if len(subjects) == 0 {
		return "nothing"
	}
	return "`" + strings.Join(subjects, "` `") + "`"
}
