package bench

import (
	"fmt"
	"strings"
	"time"
)

// The picture's dimensions in SVG units.
const (
	chartWidth   = 860
	panelHeight  = 200
	panelGap     = 70
	chartLeft    = 60
	chartTop     = 40
	legendHeight = 18
)

// svg draws the lag above the memory, over the same time axis.
func (s *soakSamples) svg(lasting time.Duration) string {
	var text strings.Builder
	height := chartTop + 2*panelHeight + 2*panelGap
	fmt.Fprintf(&text, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n",
		chartWidth, height)
	fmt.Fprintf(&text, `<rect width="%d" height="%d" fill="white"/>`+"\n", chartWidth, height)
	top := chartTop
	for _, panel := range []struct {
		title string
		lines []*series
	}{
		{fmt.Sprintf("Lag in events, at %d writes a second", writesPerSecond), s.lag},
		{"Resident memory in MB", s.memory},
	} {
		drawPanel(&text, top, panel.title, panel.lines, lasting)
		top += panelHeight + panelGap
	}
	text.WriteString("</svg>\n")
	return text.String()
}

func drawPanel(text *strings.Builder, top int, title string, lines []*series, lasting time.Duration) {
	colours := []string{"#1f6f4a", "#b5452c", "#2f5fa8", "#8a6d1d"}
	most := 1.0
	for _, line := range lines {
		for _, value := range line.values {
			most = max(most, value)
		}
	}
	width := chartWidth - chartLeft - 20
	bottom := top + panelHeight
	fmt.Fprintf(text, `<text x="%d" y="%d" font-size="14">%s</text>`+"\n", chartLeft, top-10, title)
	for i := range 5 {
		y := bottom - panelHeight*i/4
		fmt.Fprintf(text, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#ddd"/>`+"\n", chartLeft, y, chartLeft+width, y)
		fmt.Fprintf(text, `<text x="%d" y="%d" text-anchor="end">%.0f</text>`+"\n", chartLeft-6, y+4, most*float64(i)/4)
		x := chartLeft + width*i/4
		at := (lasting * time.Duration(i) / 4).Round(time.Second)
		fmt.Fprintf(text, `<text x="%d" y="%d" text-anchor="middle">%s</text>`+"\n", x, bottom+legendHeight, at)
	}
	for i, line := range lines {
		var points strings.Builder
		for n, value := range line.values {
			x := float64(chartLeft) + float64(width)*float64(n)/float64(max(len(line.values)-1, 1))
			fmt.Fprintf(&points, "%.1f,%.1f ", x, float64(bottom)-float64(panelHeight)*value/most)
		}
		fmt.Fprintf(text, `<polyline fill="none" stroke="%s" stroke-width="1.5" points="%s"/>`+"\n",
			colours[i], strings.TrimSpace(points.String()))
		fmt.Fprintf(text, `<text x="%d" y="%d" fill="%s">%s</text>`+"\n",
			chartLeft+i*200, bottom+2*legendHeight, colours[i], line.name)
	}
}
