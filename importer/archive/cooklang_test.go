package archive_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/importer/archive"
)

// Each rule of Cooklang's specification, one case a kind: what is marked and what only looks so.
func TestCooklangRules(t *testing.T) {
	t.Parallel()
	type want struct{ rows, steps []string }
	for written, want := range map[string]want{
		"Rinse the lentils":                      {nil, []string{"Rinse the lentils"}},
		"Rinse the lentils\n\nCook them":         {nil, []string{"Rinse the lentils", "Cook them"}},
		"Rinse the lentils\nand cook them":       {nil, []string{"Rinse the lentils and cook them"}},
		"-- only a remark":                       {nil, nil},
		"-- a remark\n@dill{2%stalks}":           {[]string{"2 stalks dill"}, []string{"dill"}},
		"@dill{2%stalks} -- a remark\nand salt":  {[]string{"2 stalks dill"}, []string{"dill and salt"}},
		"Warm the plates to 60°C":                {nil, []string{"Warm the plates to 60°C"}},
		"Warm to 90℃/fan 70°C.":                  {nil, []string{"Warm to 90℃/fan 70°C."}},
		"Boil 2L of stock":                       {nil, []string{"Boil 2L of stock"}},
		"Score it every 1/4 inches":              {nil, []string{"Score it every 1/4 inches"}},
		"Mix @leek{2%stalks}, @oil{1%l} @and{}!": {[]string{"2 stalks leek", "1 l oil", "and"}, []string{"Mix leek, oil and!"}},
		"@leek{2%stalks}":                        {[]string{"2 stalks leek"}, []string{"leek"}},
		"@leek{ 2 % stalks }":                    {[]string{"2 stalks leek"}, []string{"leek"}},
		"@leek{2}":                               {[]string{"2 leek"}, []string{"leek"}},
		"@leek":                                  {[]string{"leek"}, []string{"leek"}},
		"@3leeks":                                {[]string{"3leeks"}, []string{"3leeks"}},
		"@type 550 flour{1%kg}":                  {[]string{"1 kg type 550 flour"}, []string{"type 550 flour"}},
		"Dip in @57 sauce{ }":                    {[]string{"57 sauce"}, []string{"Dip in 57 sauce"}},
		"Strew @🌶":                               {[]string{"🌶"}, []string{"Strew 🌶"}},
		"@leek in rings":                         {[]string{"leek"}, []string{"leek in rings"}},
		"@leek in rings with @thyme":             {[]string{"leek", "thyme"}, []string{"leek in rings with thyme"}},
		"@young leek{2}":                         {[]string{"2 young leek"}, []string{"young leek"}},
		"@young leek{}":                          {[]string{"young leek"}, []string{"young leek"}},
		"Fry @leek, and stir":                    {[]string{"leek"}, []string{"Fry leek, and stir"}},
		"Fry @leek⸫ and stir":                    {[]string{"leek"}, []string{"Fry leek⸫ and stir"}},
		"Fry @leek\u2009and stir":                {[]string{"leek"}, []string{"Fry leek and stir"}},
		"Write @ leek{}":                         {nil, []string{"Write @ leek{}"}},
		"Write me @ leek":                        {nil, []string{"Write me @ leek"}},
		"@cream{1/4%l}":                          {[]string{"1/4 l cream"}, []string{"cream"}},
		"@cream{1 / 4 %l}":                       {[]string{"1/4 l cream"}, []string{"cream"}},
		"@cream{01/4%l}":                         {[]string{"01/4 l cream"}, []string{"cream"}},
		"@dill{some%stalks}":                     {[]string{"some stalks dill"}, []string{"dill"}},
		"@stock{3 x }":                           {[]string{"3 x stock"}, []string{"stock"}},
		"Strew @?fresh dill{1%bunch}":            {[]string{"1 bunch fresh dill (optional)"}, []string{"Strew fresh dill"}},
		"Stew in #deep pot{}":                    {nil, []string{"Stew in deep pot"}},
		"Stew in #deep pot{ }":                   {nil, []string{"Stew in deep pot"}},
		"Stew in #5-litre iron pot{ }":           {nil, []string{"Stew in 5-litre iron pot"}},
		"Stew in #pot a while":                   {nil, []string{"Stew in pot a while"}},
		"Stew in #pot, and stir":                 {nil, []string{"Stew in pot, and stir"}},
		"Stew in #pot⸫ and stir":                 {nil, []string{"Stew in pot⸫ and stir"}},
		"Stew in #pot\u2009and stir":             {nil, []string{"Stew in pot and stir"}},
		"#deep pot{2}":                           {nil, []string{"deep pot"}},
		"#deep pot{four}":                        {nil, []string{"deep pot"}},
		"#deep pot{three big}":                   {nil, []string{"deep pot"}},
		"Number # 7{}":                           {nil, []string{"Number # 7{}"}},
		"Number # 7":                             {nil, []string{"Number # 7"}},
		"Stew for ~{40%minutes}":                 {nil, []string{"Stew for 40 minutes"}},
		"Stew for ~{2.5%hours}":                  {nil, []string{"Stew for 2.5 hours"}},
		"Stew for ~{1/4%hour}":                   {nil, []string{"Stew for 1/4 hour"}},
		"Stew for ~beans{40%minutes}":            {nil, []string{"Stew for 40 minutes"}},
		"Let it ~swell in the pot":               {nil, []string{"Let it swell in the pot"}},
		"Let it ~swell, and stir":                {nil, []string{"Let it swell, and stir"}},
		"Let it ~swell⸫ and stir":                {nil, []string{"Let it swell⸫ and stir"}},
		"Let it ~swell\u2009and stir":            {nil, []string{"Let it swell and stir"}},
		"About ~ {7}":                            {nil, []string{"About ~ {7}"}},
		"About ~ 7":                              {nil, []string{"About ~ 7"}},
		"---\nfrom: my aunt\n---":                {nil, nil},
		"---\nresting time: 9 mins\n---":         {nil, nil},
		"---\nresting time   :9 mins\n---":       {nil, nil},
		"---\nPrep: 5 mins\nCooking: 9 min\n---": {nil, nil},
		"---\nservings: 2|4|6\n---":              {nil, nil},
		"good day ---\nfrom: my aunt\n---":       {nil, []string{"good day --- from: my aunt ---"}},
		"Strew @?dill":                           {[]string{"dill (optional)"}, []string{"Strew dill"}},
		"Cover with #?lid":                       {nil, []string{"Cover with lid"}},
	} {
		t.Run(strings.ReplaceAll(written, "\n", " "), func(t *testing.T) {
			t.Parallel()
			r, err := archive.Cooklang("recipe.cook", []byte(written))
			require.NoError(t, err)
			var rows, steps []string
			for _, row := range r.Ingredients {
				rows = append(rows, row.Text)
			}
			for _, step := range r.Steps {
				steps = append(steps, strings.Join(strings.Fields(step.Text), " "))
			}
			require.Equal(t, want.rows, rows)
			require.Equal(t, want.steps, steps)
		})
	}
}
