/** SafeLink shows an address that a cook wrote. Only http and https lead somewhere; all else is text. */
export function SafeLink({ href }: { href: string }) {
  let address: URL
  try {
    address = new URL(href)
  } catch {
    return <>{href}</>
  }
  if (address.protocol !== 'https:' && address.protocol !== 'http:') return <>{href}</>
  return (
    <a href={address.href} rel="noreferrer noopener" target="_blank">
      {address.hostname.replace(/^www\./, '')}
    </a>
  )
}
