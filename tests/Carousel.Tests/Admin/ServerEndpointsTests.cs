using System.Text.Json;
using Carousel.Control.Admin;
using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Xunit;

namespace Carousel.Tests.Admin;

public class ServerEndpointsTests
{
    private const string Servers = "http://10.0.0.1:80 name=blue\nhttp://10.0.0.2:80 name=green weight=3 max=5\nhttp://nowhere.invalid:80 name=red";

    [Fact]
    public async Task List_Pool_HasEachState()
    {
        await using Admin admin = await Admin.StartAsync(Servers);
        ServerCounters blue = admin.Named("blue").Traffic.Of(0), green = admin.Named("green").Traffic.Of(1);
        (blue.Attempts, green.Attempts) = (1, 3);
        green.Failed(FailureReason.ServerClosed);
        green.FirstByte.Record(2000);

        ServerList list = await ListAsync(admin);

        Assert.Equal(["blue", "green", "red"], list.Servers.Select(server => server.Name));
        Assert.Equal(["up", "up", "unresolved"], list.Servers.Select(server => server.State));
        Assert.Equal([0.25, 0.75, 0], list.Servers.Select(server => server.Share));
        ServerView view = list.Servers[1];
        Assert.Equal(("http://10.0.0.2:80", 3, 5, 3L, 1L), (view.Url, view.Weight, view.Max, view.Requests, view.Failures));
        Assert.InRange(view.P99Ms!.Value, 1.95, 2.05);
        Assert.Null(list.Servers[0].P50Ms);
        Assert.Equal(["10.0.0.1:80"], list.Servers[0].Addresses);
    }

    [Theory]
    [InlineData("blue")]
    [InlineData("10.0.0.1:80")]
    [InlineData("http:%2F%2F10.0.0.1:80")]
    [InlineData("10.0.0.1")]
    [InlineData("HTTP:%2F%2F10.0.0.1%2F")]
    public async Task Show_ByNameIdOrAddress_IsTheServer(string name)
    {
        await using Admin admin = await Admin.StartAsync(Servers);

        (int status, string text) = await admin.GetAsync($"/api/v1/servers/{name}");

        Assert.Equal(200, status);
        Assert.Equal(admin.Named("blue").Id, JsonSerializer.Deserialize(text, AdminJson.Default.ServerView)!.Id);
        Assert.Equal(200, (await admin.GetAsync($"/api/v1/servers/{admin.Named("blue").Id}")).Status);
    }

    [Theory]
    [InlineData("3001", 200)]
    [InlineData(":3001", 200)]
    [InlineData("localhost:3001", 200)]
    [InlineData(":3001%20weight=2", 404)]
    [InlineData(":3002", 404)]
    public async Task Show_LocalServer_IsFoundInFileNotation(string name, int expected)
    {
        await using Admin admin = await Admin.StartAsync("http://10.0.0.1\n:3001 name=blue");

        Assert.Equal(expected, (await admin.GetAsync($"/api/v1/servers/{name}")).Status);
    }

    [Fact]
    public async Task Show_Mistyped_SuggestsTheName()
    {
        await using Admin admin = await Admin.StartAsync(Servers);

        Assert.Contains("there is no server \\u0022blu\\u0022: did you mean \\u0022blue\\u0022?", (await admin.GetAsync("/api/v1/servers/blu")).Text);
    }

    [Theory]
    [InlineData("""{"line":"http://10.0.0.9:80 weight=2 name=grey # new"}""")]
    [InlineData("""{"url":"http://10.0.0.9:80","weight":2,"name":"grey"}""")]
    public async Task Add_NewServer_IsInThePoolAndLogged(string body)
    {
        await using Admin admin = await Admin.StartAsync(Servers);

        (int status, string text) = await admin.AskAsync(HttpMethod.Post, "/api/v1/servers", body);

        Assert.Equal(201, status);
        Assert.Equal(("grey", 2), (admin.Named("grey").Entry.Name, admin.Named("grey").Entry.Weight));
        Assert.Contains("\"state\":\"slow-start\"", text);
        Assert.Equal(["admin: added http://10.0.0.9:80 (grey)"], admin.Reported);
        Assert.Equal(200, (await admin.AskAsync(HttpMethod.Post, "/api/v1/servers", body)).Status);
    }

    [Theory]
    [InlineData("""{"line":"http://10.0.0.9:80 weight=9999"}""", 400, "column 27: expected a weight between 0 and 1000")]
    [InlineData("""{"line":"http://10.0.0.9:80\nhttp://10.0.0.8:80"}""", 400, "expected one line with one server")]
    [InlineData("""{"line":""}""", 400, "no servers")]
    [InlineData("""{"url":"http://10.0.0.9:80 drain"}""", 400, "expected {")]
    [InlineData("""{"line":"http://10.0.0.9:80","weight":3}""", 400, "expected either")]
    [InlineData("""{"line":"http://10.0.0.9:80 name=blue"}""", 409, "choose another name")]
    [InlineData("""{"wait":3}""", 400, "JSON")]
    [InlineData("""not json""", 400, "JSON")]
    [InlineData(null, 400, "a JSON object is expected")]
    public async Task Add_Invalid_IsRejected(string? body, int expected, string detail)
    {
        await using Admin admin = await Admin.StartAsync(Servers);

        (int status, string text) = await admin.AskAsync(HttpMethod.Post, "/api/v1/servers", body);

        Assert.Equal(expected, status);
        Assert.Contains(detail, JsonSerializer.Deserialize(text, AdminJson.Default.Problem)!.Detail);
        Assert.Equal(3, admin.Context.Pool.Current.Servers.Length);
    }

    [Fact]
    public async Task Remove_Server_IsDrainingAndCanOnlyBeAdded()
    {
        await using Admin admin = await Admin.StartAsync(Servers);

        (int status, string text) = await admin.AskAsync(HttpMethod.Delete, "/api/v1/servers/green");

        Assert.Equal(200, status);
        Assert.Contains("\"state\":\"leaving\"", text);
        Assert.Equal(409, (await admin.AskAsync(HttpMethod.Put, "/api/v1/servers/green/weight", """{"weight":1}""")).Status);
        Assert.Equal(201, (await admin.AskAsync(HttpMethod.Post, "/api/v1/servers", """{"line":"10.0.0.2:80 name=green"}""")).Status);
        Assert.False(admin.Context.Pool.Current[admin.Named("green")].IsLeaving);
    }

    [Fact]
    public async Task Remove_LastServer_IsRejected()
    {
        await using Admin admin = await Admin.StartAsync("http://10.0.0.1:80 name=blue");

        (int status, string text) = await admin.AskAsync(HttpMethod.Delete, "/api/v1/servers/blue");

        Assert.Equal(409, status);
        Assert.Contains("is the last server", text);
    }

    public static TheoryData<string, string, string?> WhatTakesRequestsAway => new()
    {
        { "POST", "/api/v1/servers/blue/drain", null },
        { "DELETE", "/api/v1/servers/blue", null },
        { "PUT", "/api/v1/servers/blue/weight", """{"weight":0}""" },
        { "POST", "/api/v1/servers", """{"line":"http://10.0.0.1:80 name=blue drain"}""" },
        { "POST", "/api/v1/servers", """{"line":"http://10.0.0.1:80 name=blue weight=0"}""" },
    };

    [Theory]
    [MemberData(nameof(WhatTakesRequestsAway))]
    public async Task Change_LastServer_MustBeForced(string method, string path, string? body)
    {
        await using Admin admin = await Admin.StartAsync("http://10.0.0.1:80 name=blue\nhttp://nowhere.invalid:80 name=red\nhttp://10.0.0.2:80 name=green drain");

        (int status, string text) = await admin.AskAsync(new HttpMethod(method), path, body);

        Assert.Equal(409, status);
        Problem problem = JsonSerializer.Deserialize(text, AdminJson.Default.Problem)!;
        Assert.Equal(Problem.LastServer, problem.Type);
        Assert.StartsWith("blue is the last server that accepts requests", problem.Detail);
        Assert.True(admin.Context.Pool.Current.TakesNewTraffic(admin.Named("blue")));
        Assert.Equal(400, (await admin.AskAsync(new HttpMethod(method), path + "?force=yes", body)).Status);

        Assert.Equal(200, (await admin.AskAsync(new HttpMethod(method), path + "?force=true", body)).Status);
        Server blue = admin.Named("blue");
        Assert.True(blue.Entry.Drain || blue.Entry.Weight == 0 || admin.Context.Pool.Current[blue].IsLeaving);
    }

    [Theory]
    [MemberData(nameof(WhatTakesRequestsAway))]
    public async Task Change_AnotherServerUp_IsApplied(string method, string path, string? body)
    {
        await using Admin admin = await Admin.StartAsync("http://10.0.0.1:80 name=blue\nhttp://10.0.0.2:80 name=green backup");

        Assert.Equal(200, (await admin.AskAsync(new HttpMethod(method), path, body)).Status);
    }

    [Fact]
    public async Task Change_OthersEjected_MustBeForced()
    {
        await using Admin admin = await Admin.StartAsync("http://10.0.0.1:80 name=blue\nhttp://10.0.0.2:80 name=green");
        Eject(admin, "green");

        Assert.Equal(409, (await admin.AskAsync(HttpMethod.Post, "/api/v1/servers/blue/drain")).Status);
        Assert.Equal(200, (await admin.AskAsync(HttpMethod.Post, "/api/v1/servers/green/drain")).Status);
    }

    /// <summary>Through its requests, as a worker reports them.</summary>
    internal static void Eject(Admin admin, string name)
    {
        Pool pool = admin.Context.Pool;
        long nowMs = (long)TimeProvider.System.GetElapsedTime(0).TotalMilliseconds;
        for (int i = 0; i < pool.Options.Outliers.Failures; i++)
        {
            pool.Outliers.OnFailure(admin.Named(name), admin.Named(name).Load.Breaker.Epoch, FailureReason.ConnectRefused, nowMs);
        }
        Assert.Equal(CircuitState.Open, admin.Named(name).Load.Breaker.State);
    }

    [Fact]
    public async Task Drain_AndUndrain_AreLoggedAndShown()
    {
        await using Admin admin = await Admin.StartAsync(Servers);

        Assert.Contains("\"state\":\"draining\"", (await admin.AskAsync(HttpMethod.Post, "/api/v1/servers/blue/drain")).Text);
        Assert.Contains("\"state\":\"up\"", (await admin.AskAsync(HttpMethod.Post, "/api/v1/servers/blue/undrain")).Text);
        Assert.Equal(["admin: changed http://10.0.0.1:80 (blue) (drain)", "admin: changed http://10.0.0.1:80 (blue) (no drain)"], admin.Reported);
    }

    [Theory]
    [InlineData("weight", """{"weight":7}""", 200)]
    [InlineData("weight", """{"weight":1001}""", 400)]
    [InlineData("weight", """{"weight":-1}""", 400)]
    [InlineData("weight", """{}""", 400)]
    [InlineData("max", """{"max":9}""", 200)]
    [InlineData("max", """{"max":null}""", 200)]
    [InlineData("max", """{"max":0}""", 400)]
    public async Task Set_Value_IsAppliedIfValid(string what, string body, int expected)
    {
        await using Admin admin = await Admin.StartAsync(Servers);

        (int status, string text) = await admin.AskAsync(HttpMethod.Put, $"/api/v1/servers/green/{what}", body);

        Assert.Equal(expected, status);
        Assert.Equal(expected == 200, text.Contains(body.Trim('{', '}'), StringComparison.Ordinal) && body != "{}");
    }

    [Fact]
    public async Task Readyz_NoServerOrDraining_IsNotReady()
    {
        await using Admin admin = await Admin.StartAsync("http://nowhere.invalid:80");
        Assert.Equal((503, "no-server\n"), await admin.GetAsync("/readyz"));
        await using Admin other = await Admin.StartAsync(Servers);
        other.Context.BeginDrain();
        Assert.Equal((503, "draining\n"), await other.GetAsync("/readyz"));
        Assert.Equal((200, "ok\n"), await other.GetAsync("/healthz"));
        Assert.Equal((200, """{"status":"draining","up":2,"servers":3}"""), await other.GetAsync("/api/v1/health"));
    }

    [Fact]
    public async Task Pool_VersionAndConfig_AreShown()
    {
        await using Admin admin = await Admin.StartAsync(Servers);
        admin.Context.Traffic.Workers[1].Requests = 5;

        string pool = (await admin.GetAsync("/api/v1/pool")).Text;

        Assert.Contains("""
            "policy":"weighted","servers":3,"primary":["blue","green"],"backup":[],"byState":{"up":2,"unresolved":1},"requests":5
            """.Trim(), pool);
        Assert.StartsWith("""{"version":"1.2.3","startedAt":""", (await admin.GetAsync("/api/v1/version")).Text);
        Assert.Equal("""[{"title":"Balancing","settings":[{"flag":"--policy","value":"hash","isGiven":true}]}]""", (await admin.GetAsync("/api/v1/config")).Text);
        Assert.StartsWith("""{"mode":"off","store":null,"state":"none","count":null""", (await admin.GetAsync("/api/v1/sessions")).Text);
    }

    private static async Task<ServerList> ListAsync(Admin admin) =>
        JsonSerializer.Deserialize((await admin.GetAsync("/api/v1/servers")).Text, AdminJson.Default.ServerList)!;
}
