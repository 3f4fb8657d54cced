using System.Security.Cryptography;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Streaming;

public class LargeBodyTests
{
    private static readonly byte[] s_body = Payload.Bytes(10 * Payload.Megabyte);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upload_TenMegabytes_ArrivesByteForByte(bool chunked)
    {
        await using var server = Hashing();
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await SendAsync(client, "POST / HTTP/1.1\r\nHost: a", chunked);
            Assert.Equal(Payload.Hash(s_body), (await client.ReadResponseAsync()).Text);
        }
        Assert.Single(server.Connections);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Download_TenMegabytes_ArrivesByteForByte(bool chunked)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                await SendAsync(connection, "HTTP/1.1 200 OK", chunked);
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(Payload.Hash(s_body), Payload.Hash((await client.GetAsync()).Body));
        }
        Assert.Single(server.Connections);
    }

    [Fact]
    public async Task Download_UntilClose_ArrivesByteForByte()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n\r\n");
            await connection.SendAsync(s_body);
        });
        await using var balancer = await Balancer.StartAsync(server);
        Assert.Equal(Payload.Hash(s_body), Payload.Hash((await balancer.GetAsync()).Body));
    }

    [Fact]
    public async Task BothWaysAtOnce_TenMegabytes_ArriveByteForByte()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestHeadAsync();
            await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {s_body.Length}\r\n\r\n");
            for (int sent = 0; sent < s_body.Length; sent += Payload.Megabyte)
            {
                await connection.SendAsync(await connection.ReadExactAsync(Payload.Megabyte));
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        Task sending = SendAsync(client, "POST / HTTP/1.1\r\nHost: a", chunked: false);
        Message response = await client.ReadResponseAsync();
        await sending;
        Assert.Equal(Payload.Hash(s_body), Payload.Hash(response.Body));
    }

    [Fact]
    public async Task Download_HundredMegabytes_IsNotBufferedInMemory()
    {
        const int rounds = 10;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {(long)rounds * s_body.Length}\r\n\r\n");
                for (int i = 0; i < rounds; i++)
                {
                    await connection.SendAsync(s_body);
                }
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        using var expected = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < rounds; i++)
        {
            expected.AppendData(s_body);
        }

        long before = balancer.Memory;
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await client.ReadHeadAsync();
        using var actual = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await client.ReadEachAsync(actual.AppendData);

        Assert.Equal(Convert.ToHexString(expected.GetHashAndReset()), Convert.ToHexString(actual.GetHashAndReset()));
        long grown = balancer.PeakMemory - before;
        Assert.True(grown < 16 * Payload.Megabyte, $"memory grew by {grown} bytes");
    }

    private static ScriptedServer Hashing() => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            await connection.RespondAsync(Payload.Hash(request.Body));
        }
    });

    private static async Task SendAsync(Wire wire, string start, bool chunked)
    {
        if (chunked)
        {
            await wire.SendAsync($"{start}\r\nTransfer-Encoding: chunked\r\n\r\n");
            await Payload.SendChunksAsync(wire, s_body);
        }
        else
        {
            await wire.SendAsync($"{start}\r\nContent-Length: {s_body.Length}\r\n\r\n");
            await wire.SendAsync(s_body);
        }
    }
}
