// Reads the bill of materials that npm writes, and writes it without its number and its time: the same packages are the
// same bill, whenever it is written.
import { readFileSync } from 'node:fs'

const bill = JSON.parse(readFileSync(0, 'utf8'))
delete bill.serialNumber
delete bill.metadata.timestamp
console.log(JSON.stringify(bill))
