#!/usr/bin/env node
import { main } from './cli/main.ts';
import { processIo } from './cli/process-io.ts';

// gRPC asks for etcd's address by SNI, which Node deprecates. Who runs a command can do nothing about it.
process.noDeprecation = true;
process.exitCode = await main(process.argv.slice(2), processIo());
