/**
 * To be imported before anything else by a page: its content security policy forbids making code out of text, which zod
 * would try, and each try is reported as a violation.
 */
import { z } from 'zod'

z.config({ jitless: true })
