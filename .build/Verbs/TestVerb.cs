using System.CommandLine;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Verbs;

internal static class TestVerb
{
    public static Command Create()
    {
        var verb = new Command("test", "Build everything, then run the C, .NET and package tests.");
        verb.SetAction(async _ =>
        {
            using CheckoutLock held = await CheckoutLock.TakeAsync();
            var session = new TestSession();
            await TestSuite.RunAsync(session);
            return session.Finish();
        });
        return verb;
    }
}
