// First, so that it counts for everything that the others import.
import '../shared/without-eval.ts'
import { mount } from 'svelte'
import App from './App.svelte'
import './tokens.css'
import { chooseTransport } from './transport/choose-transport.ts'

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no element with the id "app"')

mount(App, { target, props: { transport: chooseTransport() } })
