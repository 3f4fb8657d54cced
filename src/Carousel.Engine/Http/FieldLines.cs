using System.Runtime.CompilerServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>The meaning of a message's fields for the balancer, collected during parsing.</summary>
/// <typeparam name="THead">The parsed first line, to be completed.</typeparam>
internal interface IFieldMeaning<THead>
{
    /// <summary>Reads one field that is not <see cref="FieldName.Other"/>; returns its error.</summary>
    FailureReason Take(ref byte start, in Field field, ref THead head);
}

/// <summary>The end and the content of a head's field lines.</summary>
internal struct FieldLines
{
    /// <inheritdoc cref="RequestHead.FieldCount"/>
    public int Count;

    /// <inheritdoc cref="RequestHead.Present"/>
    public FieldSet Present;

    /// <summary>
    /// Reads field lines into <paramref name="table"/> up to the empty line. Returns the head's length or a <see cref="Stop"/>;
    /// <paramref name="tooMany"/> is the reason if the table is too small.
    /// </summary>
    public int Read<TMeaning, THead>(
        ref byte start, int position, int length, Span<Field> table, FailureReason tooMany, ref TMeaning meaning, ref THead head)
        where TMeaning : struct, IFieldMeaning<THead>
    {
        int count = 0;
        while (position < length)
        {
            if (Unsafe.Add(ref start, position) == (byte)'\r')
            {
                Count = count;
                return FieldLine.ReadEmpty(ref start, position, length);
            }
            if (count >= table.Length)
            {
                return Stop.Refuse(tooMany);
            }
            ref Field field = ref table[count++];
            position = FieldLine.Read(ref start, position, length, ref field);
            if (position < 0)
            {
                return position;
            }
            if (field.Known != FieldName.Other)
            {
                Present = Present.With(field.Known);
                FailureReason reason = meaning.Take(ref start, field, ref head);
                if (reason != FailureReason.None)
                {
                    return Stop.Refuse(reason);
                }
            }
        }
        return Stop.NeedMore;
    }
}
