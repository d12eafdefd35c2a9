"""What the checks of both stacks on stand-ins for AWS share."""

import os
import sys

# Stand-ins know no account, and nothing may look for this machine's.
os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true"}


def checker(stack):
    """Gives what tells of a stack that something is so, and ends with 1 where it isn't."""

    def check(what, holds):
        if not holds:
            sys.exit(f"the stack of {stack}: {what} is not so")
        print(f"ok  {what}", flush=True)

    return check
