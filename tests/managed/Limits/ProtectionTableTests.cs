using CsCheck;

namespace MmapIo.Tests;

/// <summary>The table behind Protect, against a model that keeps every byte's protection by itself.</summary>
public sealed class ProtectionTableTests
{
    private const int MaxLength = 40;

    private static readonly Gen<MapProtection> s_protections = Gen.Int[0, 7].Select(bits => (MapProtection)bits);

    private static readonly Gen<History> s_histories = Gen.Select(
        Gen.Int[1, MaxLength],
        s_protections,
        Gen.Select(Gen.Int[0, MaxLength], Gen.Int[0, MaxLength], s_protections).Array[0, 12],
        (length, initial, changes) => new History(length, initial, changes));

    private static readonly MapProtection[] s_questions =
        [MapProtection.Read, MapProtection.ReadWrite, MapProtection.Execute];

    [Fact]
    public void It_answers_for_every_range_as_a_list_of_all_bytes_would() => s_histories.Sample(history =>
    {
        (ProtectionTable table, MapProtection[] model) = Build(history);
        for (int start = 0; start <= model.Length; start++)
        {
            for (int length = 0; length <= model.Length - start; length++)
            {
                foreach (MapProtection needed in s_questions)
                {
                    bool expected = model.AsSpan(start, length).IndexOfAnyExcept(Permitting(needed)) < 0;
                    if (table.Allows(start, length, needed) != expected)
                    {
                        return false;
                    }
                }
            }
        }
        return true;
    }, iter: 300);

    [Fact]
    public void It_knows_when_all_bytes_are_protected_alike() => s_histories.Sample(history =>
    {
        (ProtectionTable table, MapProtection[] model) = Build(history);
        MapProtection? expected = model.Distinct().Count() == 1 ? model[0] : null;
        return table.Uniform == expected;
    });

    [Fact]
    public void A_change_leaves_the_table_it_came_from_as_it_was()
    {
        var before = new ProtectionTable(10, MapProtection.ReadWrite);
        ProtectionTable after = before.With(3, 5, MapProtection.None);
        Assert.True(before.Allows(0, 10, MapProtection.ReadWrite));
        Assert.False(after.Allows(4, 1, MapProtection.Read));
        Assert.Equal(MapProtection.ReadWrite, before.Uniform);
    }

    [Fact]
    public void A_change_costs_no_copy_of_all_that_was_changed_before()
    {
        const int Changes = 10_000;
        var table = new ProtectionTable(2 * Changes, MapProtection.ReadWrite);
        for (long i = 0; i < Changes; i++)
        {
            table = table.With(2 * i, (2 * i) + 1, MapProtection.Read);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        table = table.With(Changes, Changes + 2, MapProtection.None);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 * Changes);
        Assert.True(table.Allows(Changes - 1, 1, MapProtection.ReadWrite));
        Assert.False(table.Allows(Changes - 1, 2, MapProtection.Read));
    }

    private static (ProtectionTable Table, MapProtection[] Model) Build(History history)
    {
        var table = new ProtectionTable(history.Length, history.Initial);
        var model = new MapProtection[history.Length];
        Array.Fill(model, history.Initial);
        foreach ((int from, int width, MapProtection protection) in history.Changes)
        {
            int start = from % history.Length;
            int end = Math.Min(start + width, history.Length);
            if (start < end)
            {
                table = table.With(start, end, protection);
                model.AsSpan(start, end - start).Fill(protection);
            }
        }
        return (table, model);
    }

    private sealed record History(
        int Length, MapProtection Initial, (int From, int Width, MapProtection Protection)[] Changes);

    private static MapProtection[] Permitting(MapProtection needed) =>
        [.. Enumerable.Range(0, 8).Select(bits => (MapProtection)bits).Where(each => (each & needed) == needed)];
}
