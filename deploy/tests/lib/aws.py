"""Looks at what an apply has left in an (emulated) AWS, and makes what it needs before. Runs where boto3 is."""

import json
import sys

import boto3

NAME = "pynomaly-production"


def network():
    """Two public and two private subnets in two zones; groups that let in only the one before."""
    ec2 = boto3.client("ec2")
    vpc = next(it for it in ec2.describe_vpcs()["Vpcs"] if it["CidrBlock"] == "10.0.0.0/16")
    mine = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    subnets = ec2.describe_subnets(Filters=mine)["Subnets"]
    assert sorted(it["CidrBlock"] for it in subnets) == [
        "10.0.1.0/24", "10.0.10.0/24", "10.0.11.0/24", "10.0.2.0/24"], subnets
    assert len({it["AvailabilityZone"] for it in subnets}) == 2
    assert len(ec2.describe_nat_gateways(Filters=mine)["NatGateways"]) == 2
    groups = {it["GroupName"].split("-")[2]: it for it in ec2.describe_security_groups(Filters=mine)["SecurityGroups"]
              if it["GroupName"].startswith(NAME)}
    for inner, outer, port in (("servers", "balancer", 8000), ("database", "servers", 5432),
                               ("cache", "servers", 6379)):
        let_in = [it for it in groups[inner]["IpPermissions"] if it["FromPort"] == port]
        sources = [pair["GroupId"] for it in let_in for pair in it["UserIdGroupPairs"]]
        assert sources == [groups[outer]["GroupId"]], (inner, sources)
        assert not any(it["IpRanges"] for it in let_in), inner
    return len(subnets) + len(groups)


def database():
    """As the guide has it."""
    one = boto3.client("rds").describe_db_instances(DBInstanceIdentifier=NAME)["DBInstances"][0]
    assert one["StorageEncrypted"] and one["MultiAZ"] and not one["PubliclyAccessible"], one
    assert one["BackupRetentionPeriod"] == 30 and one["Engine"] == "postgres", one
    return 1


def buckets():
    """Versioned, encrypted, short of memory, and never public."""
    s3 = boto3.client("s3")
    names = [it["Name"] for it in s3.list_buckets()["Buckets"] if it["Name"].startswith(NAME)]
    assert len(names) == 2, names
    for name in names:
        assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
        assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
        rule = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]
        assert rule["Expiration"]["Days"] == 30, rule
        encryption = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
        wanted = "aws:kms" if "backups" in name else "AES256"
        assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == wanted
        assert "TlsAlone" in s3.get_bucket_policy(Bucket=name)["Policy"]
    return len(names)


def balancer():
    """HTTPS, and HTTP sent on."""
    elb = boto3.client("elbv2")
    one = elb.describe_load_balancers(Names=[NAME])["LoadBalancers"][0]
    listeners = elb.describe_listeners(LoadBalancerArn=one["LoadBalancerArn"])["Listeners"]
    kinds = {it["Port"]: it["DefaultActions"][0]["Type"] for it in listeners}
    assert kinds == {443: "forward", 80: "redirect"}, kinds
    group = elb.describe_target_groups(Names=[NAME])["TargetGroups"][0]
    assert group["HealthCheckPath"] == "/ready" and group["Port"] == 8000
    acl = boto3.client("wafv2").get_web_acl_for_resource(ResourceArn=one["LoadBalancerArn"])["WebACL"]
    assert len(acl["Rules"]) == 4, acl
    return len(listeners)


def servers():
    """As many as wanted, with a template that gives nothing away."""
    group = boto3.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[NAME])["AutoScalingGroups"][0]
    assert (group["MinSize"], group["MaxSize"], group["DesiredCapacity"]) == (2, 10, 3)
    template = boto3.client("ec2").describe_launch_template_versions(
        LaunchTemplateId=group["LaunchTemplate"]["LaunchTemplateId"])["LaunchTemplateVersions"][0]
    assert template["LaunchTemplateData"]["MetadataOptions"]["HttpTokens"] == "required"
    return group["DesiredCapacity"]


def settings():
    """The servers' settings are in the secret, all of them."""
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=f"{NAME}/settings")
    values = json.loads(secret["SecretString"])
    assert set(values) == {"DATABASE_URL", "REDIS_URL", "JWT_SECRET", "ENCRYPTION_KEY",
                           "PYNOMALY_ADMIN_EMAIL", "PYNOMALY_ADMIN_PASSWORD"}, sorted(values)
    return len(values)


def alarms():
    """They tell somebody."""
    found = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert len(found) == 8 and all(it["AlarmActions"] for it in found), len(found)
    return len(found)


def certificate():
    """The service's certificate, which the platform takes as given."""
    acm = boto3.client("acm")
    return acm.request_certificate(DomainName="api.example.com", ValidationMethod="DNS")["CertificateArn"]


def look():
    """All of it."""
    checks = (network, database, buckets, balancer, servers, settings, alarms)
    return "; ".join(f"{check.__name__} {check()}" for check in checks)


if __name__ == "__main__":
    print({"certificate": certificate, "look": look}[sys.argv[1]]())
