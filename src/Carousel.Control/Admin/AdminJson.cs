using System.Text.Json.Serialization;

namespace Carousel.Control.Admin;

/// <summary>JSON serialization of the API. Source-generated: ahead-of-time compilation has no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(IReadOnlyList<SettingGroup>))]
[JsonSerializable(typeof(ServerList))]
[JsonSerializable(typeof(ServerView))]
[JsonSerializable(typeof(PoolView))]
[JsonSerializable(typeof(SessionsView))]
[JsonSerializable(typeof(SessionDetail))]
[JsonSerializable(typeof(RequestView))]
[JsonSerializable(typeof(ExplainView))]
[JsonSerializable(typeof(NewServer))]
[JsonSerializable(typeof(NewWeight))]
[JsonSerializable(typeof(NewMax))]
public sealed partial class AdminJson : JsonSerializerContext;
