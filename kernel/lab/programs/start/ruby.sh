exec ruby -e 'a = (1..200000).map { |i| i.to_s * 3 }; f = Fiber.new { Fiber.yield }; f.resume
Thread.new { sleep }; File.write("/run/ready", ""); sleep'
