variable "aws_region" {
  description = "Region of everything."
  type        = string
  default     = "us-east-1"
}

# By name: those that a region lists may become more, and subnets would move.
variable "zones" {
  description = "Two zones of the region."
  type        = list(string)
  default     = ["us-east-1a", "us-east-1b"]
  validation {
    condition     = length(toset(var.zones)) == 2 && alltrue([for zone in var.zones : startswith(zone, var.aws_region)])
    error_message = "Two different zones of the region."
  }
}

variable "environment" {
  description = "production or staging; a part of every name."
  type        = string
  default     = "production"
  validation {
    condition     = contains(["production", "staging"], var.environment)
    error_message = "The environment is production or staging."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the network, a /16."
  type        = string
  default     = "10.0.0.0/16"
  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && endswith(var.vpc_cidr, "/16")
    error_message = "The network is a /16, such as 10.0.0.0/16."
  }
}

variable "management_cidr" {
  description = "Where administrators may come from by SSH; never the whole world. Null for nowhere."
  type        = string
  default     = "10.0.0.0/16"
  validation {
    condition     = var.management_cidr == null ? true : can(cidrhost(var.management_cidr, 0)) && tonumber(split("/", var.management_cidr)[1]) >= 8
    error_message = "Administrators come from a network of at least /8, or from nowhere."
  }
}

variable "certificate_arn" {
  description = "Certificate of the service's name, in ACM."
  type        = string
  validation {
    condition     = can(regex("^arn:aws[a-z-]*:acm:", var.certificate_arn))
    error_message = "That is no certificate of ACM."
  }
}

variable "ami_id" {
  description = "Image of the servers: Debian 12."
  type        = string
  validation {
    condition     = can(regex("^ami-[0-9a-f]{8,17}$", var.ami_id))
    error_message = "That is no AMI."
  }
}

variable "package_uri" {
  description = "The Debian package, s3://BUCKET/KEY."
  type        = string
  validation {
    condition     = can(regex("^s3://[a-z0-9.-]+/.+\\.deb$", var.package_uri))
    error_message = "The package is s3://BUCKET/KEY.deb."
  }
}

variable "instance_type" {
  description = "Kind of the servers."
  type        = string
  default     = "c6i.large"
}

variable "min_instances" {
  description = "Servers at least."
  type        = number
  default     = 2
  validation {
    condition     = var.min_instances >= 2
    error_message = "One server is no availability."
  }
}

variable "max_instances" {
  description = "Servers at most."
  type        = number
  default     = 10
  validation {
    condition     = var.max_instances >= var.min_instances && var.max_instances <= 100
    error_message = "At most 100 servers, and no fewer than at least."
  }
}

variable "desired_instances" {
  description = "Servers at first; then the load decides."
  type        = number
  default     = 3
  validation {
    condition     = var.desired_instances >= var.min_instances && var.desired_instances <= var.max_instances
    error_message = "Between the least and the most."
  }
}

variable "db_instance_class" {
  description = "Kind of the database."
  type        = string
  default     = "db.t3.large"
  validation {
    condition     = startswith(var.db_instance_class, "db.")
    error_message = "Classes of databases begin with db."
  }
}

variable "redis_node_type" {
  description = "Kind of the cache."
  type        = string
  default     = "cache.t3.medium"
  validation {
    condition     = startswith(var.redis_node_type, "cache.")
    error_message = "Kinds of caches begin with cache."
  }
}

variable "deletion_protection" {
  description = "Whether database and balancer refuse to be destroyed. False only to take all of it down."
  type        = bool
  default     = true
}

variable "backup_retention_days" {
  description = "Days that backups are kept, of the database by RDS and in the bucket."
  type        = number
  default     = 30
  validation {
    condition     = var.backup_retention_days >= 7 && var.backup_retention_days <= 35
    error_message = "7 to 35 days, which is as long as RDS keeps them."
  }
}

# The secrets are ephemeral: in no plan and in no state. A new value needs a new secrets_version.
variable "secrets_version" {
  description = "Number to count up with each change of the secrets below."
  type        = number
  default     = 1
}

variable "db_password" {
  description = "Password of the database's owner."
  type        = string
  sensitive   = true
  ephemeral   = true
  validation {
    condition     = length(var.db_password) >= 16 && can(regex("^[A-Za-z0-9_-]+$", var.db_password))
    error_message = "At least 16 letters, digits, - and _: it becomes a part of an address."
  }
}

variable "redis_auth_token" {
  description = "Token of Redis. ElastiCache takes none that is ephemeral: it is in the state, which has to be kept as a secret."
  type        = string
  sensitive   = true
  validation {
    condition     = length(var.redis_auth_token) >= 16 && can(regex("^[A-Za-z0-9_-]+$", var.redis_auth_token))
    error_message = "At least 16 letters, digits, - and _: it becomes a part of an address."
  }
}

variable "jwt_secret" {
  description = "JWT_SECRET of the servers."
  type        = string
  sensitive   = true
  ephemeral   = true
  validation {
    condition     = length(var.jwt_secret) >= 32
    error_message = "At least 32 bytes."
  }
}

variable "encryption_key" {
  description = "ENCRYPTION_KEY of the servers."
  type        = string
  sensitive   = true
  ephemeral   = true
  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.encryption_key))
    error_message = "32 bytes in hexadecimal."
  }
}

variable "admin_email" {
  description = "Address of the first admin."
  type        = string
}

variable "admin_password" {
  description = "Password of the first admin."
  type        = string
  sensitive   = true
  ephemeral   = true
  validation {
    condition     = length(var.admin_password) >= 12
    error_message = "At least 12 characters."
  }
}
