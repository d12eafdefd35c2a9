"""Makes the stack of deploy/aws-servers on moto's server, which listens on loopback alone, looks at what is there, and changes
it, and takes it away. moto takes more than AWS does; what a template may say is cfn-lint's affair. What moto's CloudFormation
can't make is left out, and said; so is what it forgets to take away, and then refuses to remove the network for.
"""

import contextlib
import json
import pathlib

import boto3
import botocore.exceptions
from cfnlint.decode import cfn_yaml
from moto.server import ThreadedMotoServer

import stack

WHOLE = cfn_yaml.load(str(pathlib.Path(__file__).parent.parent / "aws-servers" / "template.yaml"))
LEFT_OUT = ["Cdn", "CdnCache", "CdnKey", "CdnKeys", "FilesName", "Apex"]
OUTPUTS_LEFT_OUT = ["CdnKeyId"]
TEMPLATE = json.dumps(WHOLE | {
    "Resources": {name: made for name, made in WHOLE["Resources"].items() if name not in LEFT_OUT},
    "Outputs": {name: value for name, value in WHOLE["Outputs"].items() if name not in OUTPUTS_LEFT_OUT},
})
PEM = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----\n"
check = stack.checker("aws-servers")


def main():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    client = lambda name: boto3.client(name, endpoint_url=f"http://127.0.0.1:{port}")
    stacks, ec2 = client("cloudformation"), client("ec2")

    certificate = client("acm").request_certificate(DomainName="larder.test")["CertificateArn"]

    def parameters(nodes):
        given = {
            "Domain": "larder.test", "CertificateArn": certificate,
            "CloudFrontCertificateArn": certificate, "CdnPublicKey": PEM, "Nodes": nodes,
        }
        return [{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()]

    def resources():
        listed = stacks.get_paginator("list_stack_resources").paginate(StackName="larder")
        return {r["LogicalResourceId"]: r["PhysicalResourceId"] for page in listed for r in page["StackResourceSummaries"]}

    try:
        stacks.create_stack(StackName="larder", TemplateBody=TEMPLATE, Parameters=parameters("3"), Capabilities=["CAPABILITY_IAM"])
        made = resources()
        status = stacks.describe_stacks(StackName="larder")["Stacks"][0]["StackStatus"]
        check("the stack is created", status == "CREATE_COMPLETE")
        subnets = ec2.describe_subnets(SubnetIds=[made[n] for n in ("PublicA", "PublicB", "PrivateA", "PrivateB")])["Subnets"]
        check("two zones have a public and a private subnet each", len({s["AvailabilityZone"] for s in subnets}) == 2)
        control = ec2.describe_security_groups(GroupIds=[made["ControlGroup"]])["SecurityGroups"][0]["IpPermissions"]
        check("nobody reaches the control plane from everywhere", not any(r["CidrIp"] == "0.0.0.0/0" for p in control for r in p["IpRanges"]))
        nodes = ec2.describe_security_groups(GroupIds=[made["NodeGroup"]])["SecurityGroups"][0]["IpPermissions"]
        check("no address reaches a node", not any(p["IpRanges"] for p in nodes))
        machines = ec2.describe_instances(InstanceIds=[made["ControlPlane"]])["Reservations"][0]["Instances"]
        check("the control plane runs", machines[0]["State"]["Name"] == "running")
        group = client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]
        check("three nodes run", len(group["Instances"]) == 3)
        zones = client("route53").list_hosted_zones()["HostedZones"]
        check("the domain has a zone", [z["Name"].rstrip(".") for z in zones] == ["larder.test"])
        check("there are two repositories for images", len(client("ecr").describe_repositories()["repositories"]) == 2)

        stacks.update_stack(StackName="larder", TemplateBody=TEMPLATE, Parameters=parameters("4"), Capabilities=["CAPABILITY_IAM"])
        group = client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]
        check("after an update four nodes run", group["DesiredCapacity"] == 4)
        check("an update keeps what it doesn't change", resources()["Files"] == made["Files"] and resources()["ControlPlane"] == made["ControlPlane"])
        with contextlib.suppress(botocore.exceptions.ClientError):
            stacks.delete_stack(StackName="larder")
        inside = [{"Name": "vpc-id", "Values": [made["Vpc"]]}]
        check("its machines are gone", all(i["State"]["Name"] == "terminated" for r in ec2.describe_instances(Filters=inside)["Reservations"] for i in r["Instances"]))
        check("its subnets and security groups are gone", not ec2.describe_subnets(Filters=inside)["Subnets"] and [g["GroupName"] for g in ec2.describe_security_groups(Filters=inside)["SecurityGroups"]] == ["default"])
        for table in ec2.describe_route_tables(Filters=inside)["RouteTables"]:
            if not any(a.get("Main") for a in table["Associations"]):
                ec2.delete_route_table(RouteTableId=table["RouteTableId"])
        stacks.delete_stack(StackName="larder")
        check("the stack is deleted", not stacks.describe_stacks()["Stacks"])
        check("and the files are still there", made["Files"] in [b["Name"] for b in client("s3").list_buckets()["Buckets"]])
        print("left for the check to take away, since moto forgets it: the route tables")
        print("left out, since moto can't make it:", ", ".join(LEFT_OUT))
    finally:
        server.stop()


main()
