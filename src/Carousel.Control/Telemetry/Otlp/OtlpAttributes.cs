namespace Carousel.Control.Telemetry;

/// <summary>Attributes and other parts shared by metrics and trace messages (opentelemetry-proto 1.x: common.proto, resource.proto).</summary>
internal static class OtlpAttributes
{
    private const string Scope = "carousel";

    public static void Attribute(this ProtoWriter proto, int field, string key, string value)
    {
        (int attribute, int any) = BeginAttribute(proto, field, key);
        proto.Text(1, value);
        proto.End(any);
        proto.End(attribute);
    }

    public static void Attribute(this ProtoWriter proto, int field, string key, ReadOnlySpan<byte> value)
    {
        (int attribute, int any) = BeginAttribute(proto, field, key);
        proto.Text(1, value);
        proto.End(any);
        proto.End(attribute);
    }

    public static void Attribute(this ProtoWriter proto, int field, string key, bool value)
    {
        (int attribute, int any) = BeginAttribute(proto, field, key);
        proto.Varint(2, value ? 1u : 0);
        proto.End(any);
        proto.End(attribute);
    }

    public static void Attribute(this ProtoWriter proto, int field, string key, long value)
    {
        (int attribute, int any) = BeginAttribute(proto, field, key);
        proto.Varint(3, (ulong)value);
        proto.End(any);
        proto.End(attribute);
    }

    /// <summary>Begins an export request: its resource and its scope. End them in the opposite order.</summary>
    public static (int Resource, int Scope) BeginExport(this ProtoWriter proto, OtlpOptions options)
    {
        int resourceBlock = proto.Begin(1);
        int resource = proto.Begin(1);
        foreach ((string key, string value) in options.Resource)
        {
            proto.Attribute(1, key, value);
        }
        proto.End(resource);
        int scopeBlock = proto.Begin(2);
        int scope = proto.Begin(1);
        proto.Text(1, Scope);
        proto.Text(2, options.Version);
        proto.End(scope);
        return (resourceBlock, scopeBlock);
    }

    private static (int Attribute, int Any) BeginAttribute(ProtoWriter proto, int field, string key)
    {
        int attribute = proto.Begin(field);
        proto.Text(1, key);
        return (attribute, proto.Begin(2));
    }
}
