package redis

import "context"

// SAdd puts members into a set.
func (c *Client) SAdd(ctx context.Context, key string, members ...string) error {
	if len(members) == 0 {
		return nil
	}
	return failed("add to the set", key, c.rdb.SAdd(ctx, key, anys(members)...).Err())
}

// SRem takes members out of a set. A set without members is gone.
func (c *Client) SRem(ctx context.Context, key string, members ...string) error {
	if len(members) == 0 {
		return nil
	}
	return failed("take from the set", key, c.rdb.SRem(ctx, key, anys(members)...).Err())
}

// SMembers gives the members of a set, in no order.
func (c *Client) SMembers(ctx context.Context, key string) ([]string, error) {
	members, err := c.rdb.SMembers(ctx, key).Result()
	return members, failed("read the set", key, err)
}

func anys(texts []string) []any {
	all := make([]any, len(texts))
	for i, text := range texts {
		all[i] = text
	}
	return all
}
