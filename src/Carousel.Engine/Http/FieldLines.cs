using System.Runtime.CompilerServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>What a message's fields mean for the balancer, filled field by field while parsing.</summary>
/// <typeparam name="THead">What is known of the message's first line, and may be completed.</typeparam>
internal interface IFieldMeaning<THead>
{
    /// <summary>Takes one field that is not <see cref="FieldName.Other"/>; says what is wrong with it.</summary>
    FailureReason Take(ref byte start, in Field field, ref THead head);
}

/// <summary>Where the field lines of a head ended, and what they were.</summary>
internal struct FieldLines
{
    /// <inheritdoc cref="RequestHead.FieldCount"/>
    public int Count;

    /// <inheritdoc cref="RequestHead.Present"/>
    public FieldSet Present;

    /// <summary>
    /// Reads field lines up to the empty one into <paramref name="table"/>. Returns the head's length or a <see cref="Stop"/>;
    /// <paramref name="tooMany"/> is the reason if there are more than the table has room for.
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
