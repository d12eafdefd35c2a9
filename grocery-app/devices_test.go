package groceryapp_test

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Three phones running the page's code act randomly while requests and answers are lost, delayed
// and reordered. In the end all show the same list, and no ticked item ever reopened by itself.
func TestThreeDevices(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	run := shopping(t)
	rapid.Check(t, func(rt *rapid.T) {
		ada := w.phone(uuid.NewString(), true)
		ada.ask("Cake", item(3, "", "eggs"), item(200, "g", "flour"), item(1, "l", "milk"))
		ada.await("3 eggs", "1 l milk", "200 g flour")
		answer := run(shoppingCase{
			URL:    w.server.URL,
			Tokens: []string{ada.token, w.phone(ada.user.ID, true).token, w.phone(ada.user.ID, true).token},
			Seed:   rapid.Uint32().Draw(rt, "seed"),
			Steps:  rapid.IntRange(1, 150).Draw(rt, "steps"),
		})
		require.Empty(rt, answer.Error)
		require.Len(rt, answer.Views, 3)
		for _, view := range answer.Views[1:] {
			require.JSONEq(rt, answer.Views[0], view)
		}
	})
}

type shoppingCase struct {
	URL    string   `json:"url"`
	Tokens []string `json:"tokens"`
	Seed   uint32   `json:"seed"`
	Steps  int      `json:"steps"`
}

type shoppingAnswer struct {
	Error string   `json:"error"`
	Views []string `json:"views"`
}

// shopping starts the program that runs the devices.
func shopping(t *testing.T) func(shoppingCase) shoppingAnswer {
	t.Helper()
	command := exec.CommandContext(t.Context(), "node", "testdata/devices.mjs")
	command.Stderr = t.Output()
	in, err := command.StdinPipe()
	require.NoError(t, err)
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = in.Close()
		_ = command.Wait()
	})
	answers := bufio.NewScanner(out)
	answers.Buffer(nil, 8<<20)
	return func(c shoppingCase) shoppingAnswer {
		require.NoError(t, json.NewEncoder(in).Encode(c))
		require.True(t, answers.Scan(), "the devices have ended")
		var answer shoppingAnswer
		require.NoError(t, json.Unmarshal(answers.Bytes(), &answer))
		return answer
	}
}
