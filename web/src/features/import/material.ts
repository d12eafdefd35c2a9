// What a cook pasted, shared or sent by the bookmark, as something to import.
import type { Material } from '@/lib/imports'

const address = /https?:\/\/\S+/i

/**
 * materialOf returns what was pasted: an address, a page's source, or a recipe's text; undefined if
 * there is nothing.
 */
export function materialOf(pasted: string): Material | undefined {
  const text = pasted.trim()
  if (text === '') return undefined
  if (/^https?:\/\/\S+$/i.test(text)) return { url: text }
  if (/^<(!doctype|html|head|body|article|div)\b/i.test(text)) return { html: text }
  return { text }
}

/** What another app shared, as the manifest names it. */
export interface Shared {
  url?: string | undefined
  text?: string | undefined
  title?: string | undefined
}

/**
 * sharedText returns what a cook sees of it. Many apps put the address into the text, beside the
 * title or an advertisement.
 */
export function sharedText({ url, text, title }: Shared): string {
  if (url) return url
  const found = address.exec(text ?? '')?.[0]
  const rest = (text ?? '').replace(found ?? '', '').trim()
  if (found && rest.split('\n').length < 4) return found
  return [title, text].filter(Boolean).join('\n')
}

/**
 * isTooLarge reports whether a file is too large to be looked into first: the server keeps nothing of
 * what it shows, so the file is sent twice, and that takes minutes over a slow network.
 */
export const isTooLarge = (file: Pick<File, 'size'>) => file.size > 64 * 1024 * 1024

/** pageIn returns the page that the bookmark put into an address, where no server sees it. */
export async function pageIn(hash: string): Promise<string | undefined> {
  const packed = /^#?page=([\w-]+)$/.exec(hash)?.[1]
  if (!packed) return undefined
  const bytes = Uint8Array.from(atob(packed.replaceAll('-', '+').replaceAll('_', '/')), (each) =>
    each.charCodeAt(0),
  )
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Response(unpacked).text()
}

/**
 * bookmarkFor returns the address of a bookmark that opens this larder with the page on which it is
 * pressed, as its reader sees it: for pages that want a login, or refuse programs. It leaves out
 * what no recipe is in.
 */
export function bookmarkFor(origin: string): string {
  const code = `(async()=>{const d=document.documentElement.cloneNode(true);d.querySelectorAll('style,svg,iframe,script:not([type*="ld+json"])').forEach(e=>e.remove());const b=new Uint8Array(await new Response(new Blob([d.outerHTML]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer());let t='';for(const c of b)t+=String.fromCharCode(c);open('${origin}/import?url='+encodeURIComponent(location.href)+'#page='+btoa(t).replaceAll('+','-').replaceAll('/','_').replaceAll('=',''))})()`
  return `javascript:${encodeURIComponent(code)}`
}
