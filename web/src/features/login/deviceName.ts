// What a browser calls itself is meant for servers; a cook knows a browser and a device by these names. An early one
// goes before a later one: each browser also names those that it resembles.
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

/** deviceName says which browser on which device it was, or the beginning of what another program called itself. */
export function deviceName(agent: string): string {
  const known = [browsers, devices].map((names) => names.find(([, sign]) => sign.test(agent))?.[0])
  return known.filter(Boolean).join(' · ') || agent.slice(0, 60)
}
