resource "aws_s3_bucket" "reports" {
  bucket = "reports-of-the-sample"
  acl    = "public-read"
}

resource "aws_security_group_rule" "everyone" {
  type              = "ingress"
  from_port         = 22
  to_port           = 22
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0"]
  security_group_id = "sg-0"
}
