// User agents are meant for servers; these are the names cooks know. Earlier entries take
// precedence, because each browser also names those it resembles.
const browsers: [string, RegExp][] = [
  ['Edge', /\bEdg(?:A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|HeadlessChrome|CriOS)\//],
  ['Safari', /\bSafari\//],
]
const devices: [string, RegExp][] = [
  ['Android', /\bAndroid\b/],
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Windows', /\bWindows\b/],
  ['Mac', /\bMacintosh\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
]

/** deviceName returns the browser and device, or the start of another program's user agent. */
export function deviceName(agent: string): string {
  const known = [browsers, devices].map((names) => names.find(([, sign]) => sign.test(agent))?.[0])
  return known.filter(Boolean).join(' · ') || agent.slice(0, 60)
}
