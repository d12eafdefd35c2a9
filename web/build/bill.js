// Reads npm's bill of materials and writes it without serial number and time, so that the same
// packages always give the same bill.
import { readFileSync } from 'node:fs'

const bill = JSON.parse(readFileSync(0, 'utf8'))
delete bill.serialNumber
delete bill.metadata.timestamp
console.log(JSON.stringify(bill))
