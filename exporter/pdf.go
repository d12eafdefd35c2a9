package exporter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"math"
	"strconv"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"larder.dev/events"
)

// book writes a cookbook to print: its contents, and each recipe on a page of its own. The contents
// come first and need the numbers of the pages, so it is laid out when it is closed; until then the
// recipes and their photos are in memory.
type book struct {
	to       io.Writer
	pictures Pictures
	letters  *sfnt.Font

	recipes []events.Recipe
	photos  map[string][]byte // by recipe
	size    int               // of all photos
}

// maxPhotos limits the photos of a book, in bytes; recipes beyond it are without.
const maxPhotos = 64 << 20

func newBook(to io.Writer, pictures Pictures) (*book, error) {
	letters, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("read the font: %w", err)
	}
	return &book{to: to, pictures: pictures, letters: letters, photos: map[string][]byte{}}, nil
}

func (b *book) Recipe(ctx context.Context, r events.Recipe) error {
	b.recipes = append(b.recipes, r)
	if b.size >= maxPhotos {
		return nil
	}
	content, err := photo(ctx, b.pictures, r)
	if err != nil || content == nil {
		return err
	}
	if _, err := jpeg.DecodeConfig(bytes.NewReader(content)); err != nil {
		return nil //nolint:nilerr // a book without a photo that can't be read is better than no book
	}
	b.photos[r.ID] = content
	b.size += len(content)
	return nil
}

func (b *book) Close() error {
	first, err := b.layOut(nil)
	if err != nil {
		return err
	}
	pages, err := b.layOut(first.starts)
	if err != nil {
		return err
	}
	if err := pages.pdf.Output(b.to); err != nil {
		return fmt.Errorf("write the book: %w", err)
	}
	return nil
}

// Sizes in millimetres; text in points.
const (
	pageWidth, margin      = 210.0, 20.0
	lineHeight             = 5.5
	textWidth              = pageWidth - 2*margin
	photoWidth             = 64.0
	photoHeight            = 48.0
	rowsOfContents         = 40
	textSize, headingSize  = 11.0, 14.0
	titleSize, contentSize = 22.0, 11.0
)

// pages is a book that is being laid out.
type pages struct {
	*book

	pdf    *fpdf.Fpdf
	starts []int // the page of each recipe
	links  []int
}

// layOut makes the pages. Starts are the pages of the recipes, as a first layout found them; it has
// none, and leaves the photos out.
func (b *book) layOut(starts []int) (*pages, error) {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.AddUTF8FontFromBytes("go", "", goregular.TTF)
	pdf.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	pdf.AddUTF8FontFromBytes("go", "I", goitalic.TTF)
	pdf.SetMargins(margin, margin, margin)
	pdf.SetAutoPageBreak(true, margin)
	pdf.SetTitle("Larder", true)
	pdf.SetFooterFunc(func() {
		pdf.SetY(-margin + 5)
		pdf.SetFont("go", "", 9)
		pdf.CellFormat(0, lineHeight, strconv.Itoa(pdf.PageNo()), "", 0, "C", false, 0, "")
	})
	p := &pages{book: b, pdf: pdf}
	p.contents(starts)
	for i := range b.recipes {
		p.recipe(i, starts != nil)
	}
	if err := pdf.Error(); err != nil {
		return nil, fmt.Errorf("lay the book out: %w", err)
	}
	return p, nil
}

func (p *pages) contents(starts []int) {
	for range p.recipes {
		p.links = append(p.links, p.pdf.AddLink())
	}
	for i := range p.recipes {
		if i%rowsOfContents == 0 {
			p.pdf.AddPage()
			p.pdf.SetFont("go", "B", titleSize)
			p.pdf.CellFormat(textWidth, 14, "Larder", "", 1, "L", false, 0, "")
			p.pdf.SetFont("go", "", contentSize)
		}
		number := ""
		if starts != nil {
			number = strconv.Itoa(starts[i])
		}
		p.pdf.CellFormat(textWidth-15, lineHeight, p.cut(p.recipes[i].Name, textWidth-17), "", 0, "L", false, p.links[i], "")
		p.pdf.CellFormat(15, lineHeight, number, "", 1, "R", false, p.links[i], "")
	}
	if len(p.recipes) == 0 {
		p.pdf.AddPage()
	}
}

// cut shortens a line to a width.
func (p *pages) cut(text string, width float64) string {
	text = p.shown(strings.Join(strings.Fields(text), " "))
	runes := []rune(text)
	for len(runes) > 1 && p.pdf.GetStringWidth(text) > width {
		runes = runes[:len(runes)-1]
		text = string(runes) + "…"
	}
	return text
}

func (p *pages) recipe(i int, photos bool) {
	r := p.recipes[i]
	p.pdf.AddPage()
	p.starts = append(p.starts, p.pdf.PageNo())
	p.pdf.SetLink(p.links[i], 0, p.pdf.PageNo())
	p.pdf.Bookmark(p.cut(r.Name, textWidth), 0, 0)
	width := textWidth
	below := 0.0
	if content, has := p.photos[r.ID]; has {
		width -= photoWidth + 6
		below = margin + photoHeight + 4
		if photos {
			p.photo(r.ID, content)
		}
	}
	words := wordsFor(r.Language)
	p.write("B", titleSize, width, r.Name)
	p.write("I", textSize, width, r.Description)
	p.write("", textSize, width, words.facts(r))
	if p.pdf.GetY() < below && p.pdf.PageNo() == p.starts[i] {
		p.pdf.SetY(below)
	}
	section := ""
	for _, row := range r.Ingredients {
		p.section(&section, row.Section)
		p.write("", textSize, textWidth, "•  "+row.Text)
	}
	p.pdf.Ln(lineHeight / 2)
	section = ""
	for n, step := range r.Steps {
		p.section(&section, step.Section)
		p.write("", textSize, textWidth, strconv.Itoa(n+1)+".  "+step.Text)
		p.pdf.Ln(1.5)
	}
	p.write("I", textSize, textWidth, r.Notes)
	p.write("", textSize-2, textWidth, strings.Join(nonEmpty(r.Author, r.SourceURL, strings.Join(r.Tags, ", ")), " · "))
}

func (p *pages) section(current *string, name string) {
	if name != *current {
		p.write("B", headingSize, textWidth, name)
	}
	*current = name
}

// write writes a paragraph over as many lines and pages as it takes; nothing for blank text.
func (p *pages) write(style string, size, width float64, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	p.pdf.SetFont("go", style, size)
	p.pdf.MultiCell(width, lineHeight*math.Max(1, size/textSize), p.shown(text), "", "L", false)
	p.pdf.Ln(1)
}

// photo draws a recipe's photo in the corner of its page, cropped to its box.
func (p *pages) photo(id string, content []byte) {
	info := p.pdf.RegisterImageOptionsReader(id, fpdf.ImageOptions{ImageType: "JPG"}, bytes.NewReader(content))
	if info == nil || p.pdf.Error() != nil {
		return
	}
	left := pageWidth - margin - photoWidth
	scale := math.Max(photoWidth/info.Width(), photoHeight/info.Height())
	width, height := info.Width()*scale, info.Height()*scale
	p.pdf.ClipRect(left, margin, photoWidth, photoHeight, false)
	p.pdf.ImageOptions(id, left-(width-photoWidth)/2, margin-(height-photoHeight)/2, width, height, false,
		fpdf.ImageOptions{ImageType: "JPG"}, 0, "")
	p.pdf.ClipEnd()
}

// missing stands for a letter that the font lacks, so that it isn't lost unseen.
const missing = '□'

// shown replaces what the font can't show. The font has the letters of Latin, Greek and Cyrillic.
func (b *book) shown(text string) string {
	var buffer sfnt.Buffer
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\u00a0':
			return ' '
		case r < ' ':
			return -1
		}
		if glyph, err := b.letters.GlyphIndex(&buffer, r); err != nil || glyph == 0 {
			return missing
		}
		return r
	}, text)
}

func nonEmpty(texts ...string) []string {
	var kept []string
	for _, text := range texts {
		if strings.TrimSpace(text) != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

// bookWords are the words of a recipe's page.
type bookWords struct{ servings, prep, cook, total string }

// wordsFor returns the words in a recipe's language, English for one that has none here.
func wordsFor(language string) bookWords {
	code, _, _ := strings.Cut(language, "-")
	switch code {
	case "de":
		return bookWords{"Portionen", "Vorbereiten", "Kochen", "Gesamt"}
	case "fr":
		return bookWords{"Portions", "Préparation", "Cuisson", "Total"}
	case "it":
		return bookWords{"Porzioni", "Preparazione", "Cottura", "Totale"}
	case "es":
		return bookWords{"Porciones", "Preparación", "Cocción", "Total"}
	case "nl":
		return bookWords{"Porties", "Voorbereiden", "Koken", "Totaal"}
	case "sv":
		return bookWords{"Portioner", "Förberedelse", "Tillagning", "Totalt"}
	}
	return bookWords{"Servings", "Prep", "Cook", "Total"}
}

func (w bookWords) facts(r events.Recipe) string {
	var facts []string
	if r.Servings != nil {
		facts = append(facts, w.servings+": "+strconv.FormatFloat(*r.Servings, 'f', -1, 64))
	}
	facts = append(facts, nonEmpty(r.Yield)...)
	for _, time := range []struct {
		name    string
		minutes *int
	}{{w.prep, r.PrepMinutes}, {w.cook, r.CookMinutes}, {w.total, r.TotalMinutes}} {
		if time.minutes != nil && *time.minutes > 0 {
			facts = append(facts, time.name+": "+strconv.Itoa(*time.minutes)+" min")
		}
	}
	return strings.Join(facts, " · ")
}

// photo returns the first picture of a recipe that there is, as a JPEG, or nil.
func photo(ctx context.Context, pictures Pictures, r events.Recipe) ([]byte, error) {
	for _, file := range picturesOf(r) {
		content, err := pictures.JPEG(ctx, file)
		if errors.Is(err, ErrNoPicture) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("open picture %s: %w", file.ID, err)
		}
		whole, err := io.ReadAll(io.LimitReader(content, maxPhoto+1))
		if err := errors.Join(err, content.Close()); err != nil {
			return nil, fmt.Errorf("read picture %s: %w", file.ID, err)
		}
		if len(whole) <= maxPhoto {
			return whole, nil
		}
	}
	return nil, nil
}
