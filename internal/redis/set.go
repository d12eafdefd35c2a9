package redis

import "context"

// SAdd adds members to a set.
func (c *Client) SAdd(ctx context.Context, key string, members ...string) error {
	if len(members) == 0 {
		return nil
	}
	return failed("add to the set", key, c.rdb.SAdd(ctx, key, anys(members)...).Err())
}

// SRem removes members from a set. An empty set is deleted.
func (c *Client) SRem(ctx context.Context, key string, members ...string) error {
	if len(members) == 0 {
		return nil
	}
	return failed("take from the set", key, c.rdb.SRem(ctx, key, anys(members)...).Err())
}

// SMembers returns a set's members, unordered.
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
