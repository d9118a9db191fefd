/** `--name`, which every lab command takes. */
export const labOptions = {
  name: {
    type: 'string',
    default: 'lab',
    describe: 'Name of the lab; `lab: NAME` in coreship.yaml makes a cluster of it',
  },
} as const;

/** The positional argument of commands that work on one machine. */
export const machinePositional = {
  machine: {
    required: true,
    describe: 'Name of the machine, such as lab-1; `coreship lab status` lists them',
  },
} as const;
