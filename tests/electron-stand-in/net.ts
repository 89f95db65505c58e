/** `net`: requests of Chromium's network, here those of Node. [dts 10380 ff.; doc net] */
import type { ClientRequest, RequestOptions } from 'node:http'
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { app } from './app.ts'
import { records } from './records.ts'
import { strict } from './strict.ts'

export const net = strict('net', {
  /** [doc net] "The net API can be used only after the application emits the ready event." */
  request: ({
    session: _session,
    ...options
  }: RequestOptions & { readonly session?: unknown }): ClientRequest => {
    if (!app.isReady()) throw new TypeError('net module can only be used after app is ready')
    records.requests.push(`${options.protocol ?? ''}//${options.hostname ?? ''}${options.path ?? ''}`)
    return options.protocol === 'https:' ? secureRequest(options) : plainRequest(options)
  },
})
