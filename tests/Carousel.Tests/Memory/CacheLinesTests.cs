using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Carousel.Core.Health;
using Carousel.Core.Memory;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;
using Carousel.Engine.Proxy;
using Xunit;

namespace Carousel.Tests.Memory;

/// <summary>Fields that one thread writes are on other cache lines than those that another thread uses.</summary>
public sealed class CacheLinesTests
{
    /// <summary>Classes whose written fields are apart from whatever is before and after the object.</summary>
    public static TheoryData<Type> Written =>
    [
        typeof(ServerLoad), typeof(RecordRing), typeof(WorkerCounters), typeof(SessionCounters), typeof(SessionChannel),
        typeof(QueueLimit), typeof(ConnectionLimits),
    ];

    [Theory]
    [MemberData(nameof(Written))]
    public void Written_FieldsOf_AreALineFromBothEnds(Type type)
    {
        Type written = type.GetNestedType("Written", BindingFlags.NonPublic)!;
        (int first, int end, int size) = Extent(written);
        Assert.True(first >= CacheLines.Apart && size - end >= CacheLines.Line - sizeof(long), $"bytes {first} to {end} of {size}");
    }

    [Fact]
    public void CircuitBreaker_WhatPicksRead_IsApartFromTheCounts()
    {
        int read = new[] { "_epoch", "_windowEnds" }.Min(name => Offset(Field(typeof(CircuitBreaker), name)));
        int written = new[] { "_requests", "_failures", "_inARow" }.Max(name => End(typeof(CircuitBreaker), name));
        Assert.True(read - written >= CacheLines.Line);
    }

    [Fact]
    public void SessionQueue_PositionsOfBothSides_AreApart()
    {
        Type positions = typeof(SessionQueue).GetNestedType("Positions", BindingFlags.NonPublic)!;
        (int first, int end, int size) = Extent(positions);
        Assert.Equal(CacheLines.Apart, Offset(Field(positions, "Read")) - Offset(Field(positions, "Written")));
        Assert.True(first >= CacheLines.Apart && size - end >= CacheLines.Line);
    }

    /// <summary>The objects of all workers are made one after the other, so they are neighbours in memory.</summary>
    [Fact]
    public void Traffic_CountersOfTwoWorkers_AreALineApart()
    {
        var traffic = new Traffic(2, new TrafficOptions());
        Assert.True(Distance(traffic.Workers[0], traffic.Workers[1]) >= 2 * CacheLines.Apart);
        Assert.True(Distance(traffic.Records[0], traffic.Records[1]) >= 2 * CacheLines.Apart);
    }

    private static long Distance(object one, object other) => Math.Abs(Address(one) - Address(other));

    /// <summary>Of an object that may move: only to compare with one made at the same time.</summary>
    private static unsafe nint Address(object item) => *(nint*)Unsafe.AsPointer(ref item);

    private static (int First, int End, int Size) Extent(Type type)
    {
        FieldInfo[] fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        return (fields.Min(Offset), fields.Max(field => End(type, field.Name)), type.StructLayoutAttribute!.Size);
    }

    private static FieldInfo Field(Type type, string name) => type.GetField(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)!;

    private static int Offset(FieldInfo field) => field.GetCustomAttribute<FieldOffsetAttribute>()!.Value;

    private static int End(Type type, string name) => Offset(Field(type, name)) + (Field(type, name).FieldType == typeof(int) ? sizeof(int) : sizeof(long));
}
