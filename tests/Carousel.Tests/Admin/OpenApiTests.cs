using System.Runtime.CompilerServices;
using System.Text.Json;
using Carousel.Control.Admin;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Carousel.Tests.Admin;

/// <summary>docs/openapi.json matches the admin API.</summary>
public class OpenApiTests
{
    /// <summary>Schema names that differ from the type's name.</summary>
    private static readonly Dictionary<Type, string> s_schemas = new()
    {
        [typeof(Problem)] = "Problem",
        [typeof(HealthView)] = "Health",
        [typeof(VersionView)] = "Version",
        [typeof(SettingGroup)] = "SettingGroup",
        [typeof(Setting)] = "Setting",
        [typeof(PoolView)] = "Pool",
        [typeof(ServerList)] = "ServerList",
        [typeof(ServerView)] = "Server",
        [typeof(ProbeView)] = "Probe",
        [typeof(NewServer)] = "NewServer",
        [typeof(NewWeight)] = "NewWeight",
        [typeof(NewMax)] = "NewMax",
        [typeof(SessionsView)] = "Sessions",
        [typeof(SessionDetail)] = "Session",
        [typeof(RequestView)] = "Request",
        [typeof(AttemptView)] = "Attempt",
        [typeof(ExplainView)] = "Explanation",
        [typeof(ExplainedSession)] = "ExplainedSession",
        [typeof(ExplainedServer)] = "ExplainedServer",
    };

    private static readonly JsonElement s_document = JsonDocument.Parse(File.ReadAllText(CommittedPath())).RootElement;

    public static TheoryData<string> Schemas => [.. s_schemas.Values];

    [Fact]
    public async Task Document_Served_IsTheCommittedOne()
    {
        await using Admin admin = await Admin.StartAsync("http://10.0.0.1:80");

        Assert.Equal(await File.ReadAllTextAsync(CommittedPath(), TestContext.Current.CancellationToken), (await admin.GetAsync("/api/v1/openapi.json")).Text);
    }

    [Fact]
    public async Task Paths_OfTheDocument_AreTheRoutes()
    {
        await using Admin admin = await Admin.StartAsync("http://10.0.0.1:80");
        IEnumerable<string> routes =
            from route in admin.Server.Routes
            let path = route.RoutePattern.RawText!
            where path.StartsWith("/api/v1/", StringComparison.Ordinal) || path is "/healthz" or "/readyz"
            from method in route.Metadata.OfType<IHttpMethodMetadata>().Single().HttpMethods
            select $"{method.ToUpperInvariant()} {path}";
        IEnumerable<string> written =
            from path in s_document.GetProperty("paths").EnumerateObject()
            from method in path.Value.EnumerateObject()
            select $"{method.Name.ToUpperInvariant()} {path.Name}";

        Assert.Equal(routes.Order(), written.Order());
    }

    [Theory]
    [MemberData(nameof(Schemas))]
    public void Schema_Fields_AreThoseSent(string schema)
    {
        Type type = s_schemas.Single(pair => pair.Value == schema).Key;
        IEnumerable<string> sent = AdminJson.Default.GetTypeInfo(type)!.Properties.Select(property => property.Name);
        JsonElement written = s_document.GetProperty("components").GetProperty("schemas").GetProperty(schema).GetProperty("properties");

        Assert.Equal(sent.Order(), written.EnumerateObject().Select(property => property.Name).Order());
    }

    [Fact]
    public void Schemas_OfTheDocument_AreAllUsed() => Assert.Equal(
        s_schemas.Values.Order(), s_document.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => schema.Name).Order());

    [Fact]
    public void States_OfTheDocument_AreTheServerStates() => Assert.Equal(
        Enum.GetValues<Core.Pools.ServerState>().Select(Core.Pools.ServerStates.Name),
        s_document.GetProperty("components").GetProperty("schemas").GetProperty("Server").GetProperty("properties").GetProperty("state").GetProperty("enum")
            .EnumerateArray().Select(name => name.GetString()!));

    private static string CommittedPath([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "../../../docs/openapi.json");
}
