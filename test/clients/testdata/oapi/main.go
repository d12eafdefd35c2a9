// Command oapi uses oapi-codegen's client to cook: oapi URL NAME PASSWORD.
package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"github.com/google/uuid"

	"larder.dev/test/clients/testdata/generated/apidocs"
)

func main() {
	ctx, url, name, password := context.Background(), os.Args[1], os.Args[2], os.Args[3]
	var token string
	client := must(apidocs.NewClientWithResponses(url, apidocs.WithRequestEditorFn(
		func(_ context.Context, request *http.Request) error {
			if token != "" {
				request.Header.Set("Authorization", "Bearer "+token)
			}
			return nil
		})))
	session := must(client.LogInWithResponse(ctx, apidocs.Credentials{Username: name, Password: password}))
	want(session.JSON200 != nil, session.Body)
	token = session.JSON200.Token

	id, text, absent := uuid.New(), "2 leeks", apidocs.PutRecipeParamsIfNoneMatch("*")
	put := must(client.PutRecipeWithResponse(ctx, id, &apidocs.PutRecipeParams{IfNoneMatch: &absent},
		apidocs.RecipeInput{Name: "Leek soup of Go", Ingredients: &[]apidocs.IngredientInput{{Text: &text}}}))
	want(put.JSON201 != nil && put.JSON201.Id == id && put.JSON201.Version == 1, put.Body)

	got := must(client.GetRecipeWithResponse(ctx, id, nil))
	want(got.JSON200 != nil && got.JSON200.Id == id && *got.JSON200.Ingredients[0].Quantity == 2, got.Body)

	word := "go"
	found := must(client.SearchRecipesWithResponse(ctx, &apidocs.SearchRecipesParams{Q: &word}))
	want(found.JSON200 != nil && found.JSON200.Total == 1 && found.JSON200.Items[0].Id == id, found.Body)
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func want(holds bool, answer []byte) {
	if !holds {
		log.Fatalf("not what was wanted: %s", answer)
	}
}
