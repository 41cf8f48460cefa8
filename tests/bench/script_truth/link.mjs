// Links the packages of a workspace into one another, as its package manager would.
//
//   node link.mjs ROOT

import fs from 'node:fs'
import { linkPackages } from './workspace.mjs'

linkPackages(fs.realpathSync(process.argv[2]))
