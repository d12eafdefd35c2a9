import { ExportPage } from '@/features/export/ExportPage'
import { Header } from '../Header'

/** Export is the page on which a cook takes their recipes along. */
export function Export() {
  return (
    <>
      <Header places />
      <main id="content">
        <ExportPage />
      </main>
    </>
  )
}
