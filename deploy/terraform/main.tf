# The guide's platform on AWS: two zones, each with a public subnet for the balancer and a private one
# for servers, database and cache.

locals {
  name = "pynomaly-${var.environment}"
}

module "network" {
  source  = "./modules/network"
  name    = local.name
  cidr    = var.vpc_cidr
  zones   = var.zones
  key_arn = module.keys.arn
}

module "keys" {
  source = "./modules/keys"
  name   = local.name
}

module "security" {
  source          = "./modules/security"
  name            = local.name
  vpc_id          = module.network.vpc_id
  management_cidr = var.management_cidr
}

module "database" {
  source                = "./modules/database"
  name                  = local.name
  subnet_ids            = module.network.private_subnet_ids
  security_group_ids    = [module.security.database_id]
  instance_class        = var.db_instance_class
  password              = var.db_password
  password_version      = var.secrets_version
  key_arn               = module.keys.arn
  backup_retention_days = var.backup_retention_days
  deletion_protection   = var.deletion_protection
}

module "cache" {
  source             = "./modules/cache"
  name               = local.name
  subnet_ids         = module.network.private_subnet_ids
  security_group_ids = [module.security.cache_id]
  node_type          = var.redis_node_type
  auth_token         = var.redis_auth_token
  key_arn            = module.keys.arn
}

module "secrets" {
  source         = "./modules/secrets"
  name           = local.name
  key_arn        = module.keys.arn
  values_version = var.secrets_version
  values = {
    DATABASE_URL            = "postgres://pynomaly:${var.db_password}@${module.database.endpoint}/pynomaly?sslmode=require"
    REDIS_URL               = "rediss://:${var.redis_auth_token}@${module.cache.endpoint}:6379/0"
    JWT_SECRET              = var.jwt_secret
    ENCRYPTION_KEY          = var.encryption_key
    PYNOMALY_ADMIN_EMAIL    = var.admin_email
    PYNOMALY_ADMIN_PASSWORD = var.admin_password
  }
}

module "backup" {
  source         = "./modules/backup"
  name           = local.name
  key_arn        = module.keys.arn
  retention_days = var.backup_retention_days

  deletion_protection = var.deletion_protection
}

module "balancer" {
  source              = "./modules/balancer"
  name                = local.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.public_subnet_ids
  security_group_id   = module.security.balancer_id
  certificate_arn     = var.certificate_arn
  log_bucket          = module.backup.log_bucket
  deletion_protection = var.deletion_protection
}

module "servers" {
  source            = "./modules/servers"
  name              = local.name
  environment       = var.environment
  vpc_cidr          = var.vpc_cidr
  subnet_ids        = module.network.private_subnet_ids
  security_group_id = module.security.servers_id
  target_group_arn  = module.balancer.target_group_arn
  ami_id            = var.ami_id
  instance_type     = var.instance_type
  package_uri       = var.package_uri
  secret_arn        = module.secrets.arn
  backup_bucket_arn = module.backup.bucket_arn
  key_arn           = module.keys.arn
  min               = var.min_instances
  max               = var.max_instances
  desired           = var.desired_instances
}

module "waf" {
  source       = "./modules/waf"
  name         = local.name
  balancer_arn = module.balancer.arn
  key_arn      = module.keys.arn
}

module "alarms" {
  source                = "./modules/alarms"
  name                  = local.name
  key_arn               = module.keys.arn
  balancer_suffix       = module.balancer.arn_suffix
  target_group_suffix   = module.balancer.target_group_arn_suffix
  database_identifier   = module.database.identifier
  cache_identifier      = module.cache.identifier
  servers_group         = module.servers.group_name
  database_storage_free = 20 * 1024 * 1024 * 1024
}
