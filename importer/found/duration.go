package found

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"larder.dev/recipe"
)

var (
	isoDuration = regexp.MustCompile(`(?i)^-?P(?:([\d.,]+)Y)?(?:([\d.,]+)M)?(?:([\d.,]+)W)?(?:([\d.,]+)D)?` +
		`(?:T(?:([\d.,]+)H)?(?:([\d.,]+)M)?(?:([\d.,]+)S)?)?$`)
	clock       = regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::\d{2})?$`)
	spokenTime  = regexp.MustCompile(`(?i)(\d+(?:[.,]\d+)?)?\s*(?:(\d)\s*[/⁄]\s*(\d)|([½⅓⅔¼¾⅕⅛]))?\s*(\p{L}+)`)
	mixedNumber = regexp.MustCompile(`(\d)-(\d[/⁄]\d)`)
	timeRange   = regexp.MustCompile(`(?i)\d+(?:[.,]\d+)?(?:\s*[-–—~]\s*|\s+(?:to|bis|à|a|tot|till|or|oder|ou|o|of)\s+)(\d)`)
)

// timeWords maps words for times to minutes, in the languages of ingredient lines and some more.
var timeWords = map[string]float64{ //nolint:gochecknoglobals // a constant
	"s": 1.0 / 60, "sec": 1.0 / 60, "secs": 1.0 / 60, "second": 1.0 / 60, "seconds": 1.0 / 60, "sekunden": 1.0 / 60, "segundos": 1.0 / 60,
	"m": 1, "min": 1, "mins": 1, "minute": 1, "minutes": 1, "minuten": 1, "minuti": 1, "minuto": 1, "minutos": 1,
	"minuut": 1, "minuter": 1, "minutt": 1, "minutter": 1, "perc": 1, "мин": 1, "минут": 1, "dakika": 1, "minut": 1, "minuty": 1,
	"h": 60, "hr": 60, "hrs": 60, "hour": 60, "hours": 60, "std": 60, "stunde": 60, "stunden": 60, "heure": 60, "heures": 60,
	"ora": 60, "ore": 60, "hora": 60, "horas": 60, "uur": 60, "uren": 60, "timme": 60, "timmar": 60, "tim": 60, "time": 60, "timer": 60,
	"óra": 60, "час": 60, "часа": 60, "часов": 60, "saat": 60, "godz": 60, "godzina": 60, "godziny": 60, "godzin": 60,
	"d": 1440, "day": 1440, "days": 1440, "tag": 1440, "tage": 1440, "tagen": 1440, "jour": 1440, "jours": 1440, "giorno": 1440,
	"giorni": 1440, "día": 1440, "días": 1440, "dag": 1440, "dagen": 1440, "dagar": 1440, "week": 10080, "weeks": 10080,
}

var signs = map[string]float64{ //nolint:gochecknoglobals // a constant
	"½": 0.5, "⅓": 1.0 / 3, "⅔": 2.0 / 3, "¼": 0.25, "¾": 0.75, "⅕": 0.2, "⅛": 0.125,
}

// Minutes reads a time: "PT1H30M", "1 hour 30 minutes", "1:30", "90". It takes the upper end of a
// range, the time that the kitchen must be free. It returns nil for no time, or for an unreadable
// one.
func Minutes(text string) *int {
	text = Line(text)
	if minutes, ok := isoMinutes(text); ok {
		return whole(minutes)
	}
	if plain, err := strconv.ParseFloat(text, 64); err == nil {
		return whole(plain)
	}
	if parts := clock.FindStringSubmatch(text); parts != nil {
		return whole(60*number(parts[1]) + number(parts[2]))
	}
	text = mixedNumber.ReplaceAllString(text, "$1 $2")
	return whole(spokenMinutes(timeRange.ReplaceAllString(text, "$1")))
}

func isoMinutes(text string) (float64, bool) {
	parts := isoDuration.FindStringSubmatch(strings.ReplaceAll(text, " ", ""))
	if parts == nil {
		return 0, false
	}
	minutes := number(parts[3])*10080 + number(parts[4])*1440 + number(parts[5])*60 + number(parts[6]) + number(parts[7])/60
	if !strings.ContainsAny(text, "Tt") {
		minutes += number(parts[2]) // P30M means PT30M: nothing cooks for months
	}
	return minutes, true
}

func spokenMinutes(text string) float64 {
	var minutes float64
	for _, part := range spokenTime.FindAllStringSubmatch(text, -1) {
		amount := number(part[1]) + signs[part[4]]
		if below := number(part[3]); below > 0 {
			amount += number(part[2]) / below
		}
		minutes += amount * timeWords[strings.ToLower(part[5])]
	}
	return minutes
}

func number(text string) float64 {
	value, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", "."), 64)
	if err != nil {
		return 0
	}
	return value
}

// whole rounds up to a minute, and returns nil for zero and for times that no recipe takes.
func whole(minutes float64) *int {
	if !(minutes > 0) || minutes > recipe.MaxMinutes {
		return nil
	}
	rounded := int(math.Ceil(minutes - 1e-9))
	return &rounded
}
