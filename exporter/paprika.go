package exporter

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"larder.dev/events"
	"larder.dev/recipe"
	"larder.dev/recipe/enclosed"
)

// paprika writes what Paprika 3 exports: a zip of recipes, each JSON compressed with gzip.
type paprika struct{ *archive }

func (p *paprika) Recipe(ctx context.Context, r events.Recipe) error {
	photo, err := photo(ctx, p.pictures, r)
	if err != nil {
		return err
	}
	text, err := asPaprika(r, photo)
	if err != nil {
		return fmt.Errorf("write recipe %s for Paprika: %w", r.ID, err)
	}
	var packed bytes.Buffer
	compress := gzip.NewWriter(&packed)
	_, err = compress.Write(text)
	if err := errors.Join(err, compress.Close()); err != nil {
		return fmt.Errorf("compress recipe %s: %w", r.ID, err)
	}
	return p.write(p.name(r)+".paprikarecipe", packed.Bytes(), true, r.UpdatedAt)
}

// maxPhoto limits a photo, which is inside the JSON. Pictures are scaled to far less.
const maxPhoto = 6 << 20

func asPaprika(r events.Recipe, photo []byte) ([]byte, error) {
	steps := make([]string, 0, len(r.Steps))
	section := ""
	for _, step := range r.Steps {
		if step.Section != section && step.Section != "" {
			steps = append(steps, heading(step.Section))
		}
		section = step.Section
		steps = append(steps, step.Text)
	}
	source := r.SourceURL
	if isAddress(source) {
		source = r.Author
	}
	var nutrition []string
	r.Nutrition.Each(func(name string, value *string) {
		if *value != "" {
			nutrition = append(nutrition, name+": "+*value)
		}
	})
	object := map[string]any{
		"uid": strings.ToUpper(r.ID), "name": r.Name, "description": r.Description, "notes": r.Notes,
		"ingredients": strings.Join(underHeadings(r.Ingredients), "\n"), "directions": strings.Join(steps, "\n\n"),
		"servings": r.Yield, "prep_time": minutes(r.PrepMinutes), "cook_time": minutes(r.CookMinutes), "total_time": minutes(r.TotalMinutes),
		"source": source, "source_url": "", "categories": append([]string{}, r.Tags...),
		"created": r.CreatedAt.Format(time.DateTime), "rating": 0, "difficulty": "", "image_url": nil,
		"nutritional_info": strings.Join(nutrition, "\n"),
		"photo":            nil, "photo_hash": nil, "photo_large": nil, "photo_data": nil, "photos": []any{},
	}
	if isAddress(r.SourceURL) {
		object["source_url"] = r.SourceURL
	}
	if r.Servings != nil && r.Yield == "" {
		object["servings"] = strconv.FormatFloat(*r.Servings, 'f', -1, 64)
	}
	if photo != nil {
		object["photo"] = strings.ToUpper(r.ID) + ".jpg"
		object["photo_hash"] = hashOf(photo)
		object["photo_data"] = base64.StdEncoding.EncodeToString(photo)
	}
	text, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	object["hash"] = hashOf(text) // Paprika tells changed recipes by it
	if err := enclosed.Enclose(object, recipe.DraftOf(r)); err != nil {
		return nil, err
	}
	return json.Marshal(object)
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

func minutes(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n) + " min"
}
